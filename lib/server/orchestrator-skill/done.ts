import { randomBytes } from 'node:crypto';
import type { Usage } from '@/lib/domain/fields';
import { clipOutput } from './output-limit';
import { isOfEarlierTurn } from './agent-turns';
import { readLastWords } from './dispatch-files';
import { endDispatch, NothingToEnd } from './end-dispatch';
import { ScriptFailure } from './failure';
import { readInput } from './read-input';
import { runScript, text, type ScriptContext } from './script';

const HELP = `done: completes a dispatch with the agent's final text.

Usage: node done.mjs ID [--output TEXT | --file PATH] [--usage JSON]
The text is read from standard input, else it is what the agent said last, where the hooks took note of it.
  --output TEXT   the output
  --file PATH     a file that holds it
  --usage JSON    {"inputTokens":N,"outputTokens":N,"costUsd":N}, what is known of it

Prints {"id", "status", "note"?}: done; waiting (the agent asked a question, nothing is lost); running (the text is of
the turn in which it asked, and its next has begun: nothing is handed in); stale (the lease was lost, the text is kept
as late output); or how it had ended before. An agent that reported its end itself is fine.
`;

const EARLIER = 'these are the words with which it asked; it is at work on the answer, and its end will be told';

/** Without a text only an end that the agent reported itself can be taken note of. */
async function alreadyOver({ calls }: ScriptContext, id: string, epoch: number) {
  const record = await calls.find(id);
  const open = record.status === 'running' || record.status === 'cancelling' || record.status === 'waiting';
  if (record.epoch === epoch && !open) return record;
  // New each time: a text that holds the word would end there, and the shell would run the rest.
  const end = `END_${randomBytes(8).toString('hex')}`;
  const give = `Give the agent's final text on standard input: <<'${end}' behind the command, the text, a line ${end}.`;
  const fix = `${give} If it said nothing: fail ${id} --error 'no answer' --retryable.`;
  throw new ScriptFailure('no-output', `${id} is ${record.status}, and no output was given.`, 1, fix);
}

function usageOf(json: string | undefined): Usage | undefined {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as Usage;
  } catch {
    throw new ScriptFailure('bad-option', `--usage: got ${json.slice(0, 80)}, wants JSON`, 2);
  }
}

await runScript(import.meta.url, {
  help: HELP,
  options: { output: { type: 'string' }, file: { type: 'string' }, usage: { type: 'string' } },
  run: async context => {
    const usage = usageOf(text(context.values, 'usage'));
    const given = await readInput(text(context.values, 'output'), text(context.values, 'file'));
    return endDispatch(context, async (id, held) => {
      const { epoch } = held;
      const output = given ?? readLastWords(context.project.folder, id, epoch);
      if (isOfEarlierTurn(held, output ?? '')) return new NothingToEnd('running', EARLIER);
      if (output === null) return alreadyOver(context, id, epoch);
      const completion = { epoch, output: clipOutput(output) };
      return context.calls.complete(id, usage === undefined ? completion : { ...completion, usage });
    });
  },
});
