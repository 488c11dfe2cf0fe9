import { endDispatch } from './end-dispatch';
import { ScriptFailure } from './failure';
import { readInput } from './read-input';
import { runScript, text } from './script';

const HELP = `fail: ends a dispatch without a result.

Usage: node fail.mjs ID [--error TEXT] [--retryable] [--not-before TIME]     (else the reason is read from standard input)
  --error TEXT        why, for the person who reads it
  --retryable         it may work another time: the work becomes due again, with a back-off
  --not-before TIME   ISO 8601, with a usage limit: this account takes nothing before then

Also for a dispatch that a person cancelled, once its agent is stopped. Prints {"id", "status", "note"?}.
`;

const MAX_ERROR_CHARACTERS = 8_000;

await runScript(import.meta.url, {
  help: HELP,
  options: { error: { type: 'string' }, retryable: { type: 'boolean' }, 'not-before': { type: 'string' } },
  run: async context => {
    const { values, calls } = context;
    const reason = await readInput(text(values, 'error'), undefined);
    const error = (reason ?? '').slice(0, MAX_ERROR_CHARACTERS) || 'no reason was given';
    const notBefore = text(values, 'not-before');
    if (notBefore !== undefined && Number.isNaN(Date.parse(notBefore))) {
      throw new ScriptFailure('bad-option', `--not-before: got '${notBefore}', wants an ISO 8601 time`, 2);
    }
    const retryNotBefore = notBefore === undefined ? {} : { retryNotBefore: new Date(notBefore).toISOString() };
    return endDispatch(context, (id, { epoch }) =>
      calls.fail(id, { epoch, error, retryable: values['retryable'] === true, ...retryNotBefore }),
    );
  },
});
