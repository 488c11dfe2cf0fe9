import { redactSecrets } from './redact';

/**
 * One error class for every refusal, one closed union of codes. Doors map a code to their own form in exactly one
 * place (wire/error-body.ts for HTTP, mcp-server for tools, CLI exit codes), so a new code fails to compile until
 * every door has a word for it.
 */
export const ERROR_CODES = [
  'malformed-request',
  'credential-in-url',
  'unauthenticated',
  'forbidden',
  'host-not-allowed',
  'origin-not-allowed',
  'not-found',
  'method-not-allowed',
  'conflict',
  'already-exists',
  'revision-conflict',
  'idempotency-conflict',
  'stale-epoch',
  'waiting',
  'not-waiting',
  'ask-cycle',
  'controller-exists',
  'topology-violation',
  'dispatch-key-required',
  'too-large',
  'unsupported-media-type',
  'validation-failed',
  'limit-exceeded',
  'history-lost',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One bad field: where it is, and what came against what is wanted. */
export interface FieldError {
  path: string;
  message: string;
}

export interface ControlPlaneErrorOptions {
  errors?: FieldError[];
  details?: Record<string, unknown>;
  /** Whether the same call may succeed later, and how soon. */
  retry?: 'never' | 'now' | 'backoff';
  retryAfterMs?: number;
  cause?: unknown;
}

const redacted = ({ path, message }: FieldError): FieldError => ({
  path: redactSecrets(path),
  message: redactSecrets(message),
});

/** Its words repeat what came, and go to the caller, into logs and into records of calls: never with a key in them. */
export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError';
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retry: 'never' | 'now' | 'backoff';
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: ControlPlaneErrorOptions = {}) {
    super(redactSecrets(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors?.map(redacted);
    this.details = options.details;
    this.retry = options.retry ?? 'never';
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const isControlPlaneError = (error: unknown, code?: ErrorCode): error is ControlPlaneError =>
  error instanceof ControlPlaneError && (code === undefined || error.code === code);

export const notFound = (noun: string, id: string): ControlPlaneError =>
  new ControlPlaneError('not-found', `No ${noun} '${id}'.`);

/** One field was refused by a rule that a schema cannot know (a reference that is not there, a slug taken). */
export const invalidField = (path: string, message: string): ControlPlaneError =>
  new ControlPlaneError('validation-failed', `${path}: ${message}`, { errors: [{ path, message }] });
