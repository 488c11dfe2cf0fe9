import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { toHandIn } from './agent-turns';
import { ensureBeat } from './beat-process';
import { claim } from './claim';
import { giveBack, unprinted } from './give-back';
import { ownWork } from './own-work';
import { present } from './present';
import { printOut, runScript, text, wholeNumber, type ScriptContext } from './script';
import { thisSession } from './session';
import { enforcedByCall } from './spawn-advice';
import { toStop } from './state';
import { notePrinted, writeDown } from './write-down';

const HELP = `next: claims due work and prints it, ready to be given to agents.

Usage: node next.mjs [--max N] [--types a,b] [--wait SECONDS]
  --max N           claim at most N, 1 to 20 (default 4)
  --types SLUGS     only these agent types
  --wait SECONDS    wait up to 50 s for work (for sessions that cannot watch)

Prints {"dispatches": […], "open": N, "stop": […], "handIn": […], "reason"?}:
  dispatches   for each: the Dispatch as the plane gave it (id, epoch, mode, agentType, prompt, thread, …) and
               \`spawn\`: the call to make; its prompt (or message) is the dispatch's \`prompt\`, unchanged
  open         dispatches this session holds now
  stop         agents to be stopped: a person cancelled them ("cancel") or their lease is lost ("lost")
  handIn       agents that ended, and nobody handed in what they said: run done with the id alone
  reason       why nothing was claimed: nothing-due, at-capacity, held
Long ones are shortened ("truncated") and kept whole in \`file\`. From here on the leases are kept for as long as
this session lives.
`;

const MAX_WAIT_SECONDS = 50;

async function next(context: ScriptContext): Promise<void> {
  const { calls, consumer, values, state } = context;
  const max = wholeNumber(values, 'max', { min: 1, max: 20, usual: 4 });
  const waitMs = wholeNumber(values, 'wait', { min: 0, max: MAX_WAIT_SECONDS, usual: 0 }) * 1_000;
  const agentTypes = text(values, 'types')
    ?.split(',')
    .map(slug => slug.trim());
  // Looked up before the claim: a script that outlives its session has no way to it afterwards.
  const session = thisSession();
  await giveBack(context, unprinted(state.read()));
  const result = await claim(context, { consumer, max, waitMs, ...(agentTypes === undefined ? {} : { agentTypes }) });
  const items = await writeDown(context, result.dispatches, session);
  ensureBeat(context);
  await Promise.all(items.map(({ dispatch, spawn }) => tellAgent(calls, dispatch, spawn.tool === 'Agent')));
  const now = ownWork()(state.read());
  await printOut({
    dispatches: present(items),
    open: Object.keys(now.dispatches).length,
    stop: toStop(now),
    handIn: toHandIn(now),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
  });
  await notePrinted(context, items);
}

/**
 * The agent is spawned under the dispatch's id: an answer to its question is then offered to this session first. What
 * is enforced is said as the Agent tool alone can do it; the hook says more when the session used the type's own agent.
 */
const tellAgent = (
  calls: ScriptContext['calls'],
  { id, epoch, agentType }: Dispatch,
  isNew: boolean,
): Promise<unknown> =>
  calls
    .progress(id, { epoch, agentId: id, ...(isNew ? { enforced: enforcedByCall(agentType) } : {}) })
    .catch(() => undefined);

await runScript(import.meta.url, {
  help: HELP,
  options: { max: { type: 'string' }, types: { type: 'string' }, wait: { type: 'string' } },
  run: next,
});
