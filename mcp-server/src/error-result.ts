import type { ControlPlaneError, ErrorCode } from '@/lib/domain/errors';

/** What a tool answers when it refuses: text a model can act on. No structured part, for that has the success's shape. */
export interface ErrorResult {
  isError: true;
  content: { type: 'text'; text: string }[];
}

/** The way out of each refusal. `Record` keeps the map whole; most messages say it already, for their own case. */
const WAY_OUT: Record<ErrorCode, string | null> = {
  'malformed-request': 'Send the call again as the tool’s schema says.',
  'credential-in-url': 'Send credentials in the Authorization header only.',
  unauthenticated: 'The token of this connection is missing, revoked or expired. A person has to give it a new one.',
  forbidden: 'This is not yours to do. Do without it, or `ask` a person.',
  'host-not-allowed': null,
  'origin-not-allowed': null,
  'not-found':
    'Check the id: take it from `list_inbox`, `read_thread` or your prompt. It may be in a thread you do not take part in.',
  'method-not-allowed': null,
  conflict: 'Somebody was first. Read how it stands now before you go on.',
  'already-exists': 'It is there. Use it, or choose another name.',
  'revision-conflict': 'Read it again and make the change from there.',
  'idempotency-conflict': 'Take a new idempotencyKey for a new act; repeat an old one with the same arguments.',
  'stale-epoch':
    'Stop at once: start nothing, repeat nothing, undo nothing. End your turn with what is finished and what is half-done.',
  waiting: 'End your turn; you are resumed with the answer.',
  'not-waiting': 'Nobody waits for this any more. Go on.',
  'ask-cycle': 'Answer with what you know, or ask `human`.',
  'controller-exists': 'Another controller has this session. Leave it to that one.',
  'topology-violation': 'Use `ask` without `to`, or `raise_blocker`.',
  'dispatch-key-required': 'Repeat the call with your dispatch key (dk_…, in your prompt) as argument `dispatch`.',
  'too-large': 'Make it shorter: put long text where it can be found and send its path or URL.',
  'unsupported-media-type': null,
  'validation-failed': 'Correct the fields named and call again.',
  'limit-exceeded': 'Where `retryAfterMs` is given, wait that long and call again; else do as the message says.',
  'history-lost': 'Start again without a position.',
  unavailable: 'Nothing is known to have changed. Wait a few seconds and repeat the call with the same idempotencyKey.',
  internal: null,
};

export function errorResult({ code, message, errors, details, retry, retryAfterMs }: ControlPlaneError): ErrorResult {
  const told = {
    code,
    message,
    ...(errors === undefined ? {} : { errors }),
    ...(WAY_OUT[code] === null ? {} : { next: WAY_OUT[code] }),
    ...(retry === 'never' ? {} : { retryAfterMs: retryAfterMs ?? 1_000 }),
    ...(details === undefined ? {} : { details }),
  };
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(told) }] };
}
