import { MongoError, MongoServerError } from 'mongodb';
import { ControlPlaneError } from '../../domain/errors';
import { tooFarBack } from '../../domain/event/event-source';
import { toDomainError } from '../errors';

/** InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost, BSONObjectTooLarge. */
const LOST_CODES = new Set<unknown>([260, 280, 286, 10_334]);
const MAX_TIME_EXPIRED = 50;
/** A cursor or an operation that ended because a node stopped, stepped down or was busy. */
const PASSING_CODES = new Set<unknown>([
  6, 7, 43, 63, 89, 91, 133, 150, 175, 189, 234, 237, 262, 290, 9_001, 10_107, 11_600, 11_601, 11_602, 13_388, 13_435,
  13_436,
]);

/**
 * What the end of a cursor means: history is gone, or it can be had later. By code and label, never by text. Anything
 * of no known kind stays what it is; the hub gives it a few tries and then treats it as lost.
 */
export function toStreamError(error: unknown): Error {
  if (isLost(error))
    return new ControlPlaneError('history-lost', 'The stream cannot be resumed from there.', { cause: error });
  if (error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED) return tooFarBack(error);
  const domain = toDomainError(error);
  if (domain instanceof ControlPlaneError) return domain;
  if (isPassing(error)) return unavailable('The change stream was interrupted.', error);
  return domain instanceof Error ? domain : new Error(String(error));
}

export const unavailable = (message: string, cause?: unknown): ControlPlaneError =>
  new ControlPlaneError('unavailable', message, { retry: 'backoff', cause });

const isLost = (error: unknown): boolean =>
  error instanceof MongoServerError &&
  (LOST_CODES.has(error.code) || error.hasErrorLabel('NonResumableChangeStreamError'));

/** Errors without a code are the driver's own: it was closed, or lost its server. */
const isPassing = (error: unknown): boolean =>
  error instanceof MongoServerError
    ? PASSING_CODES.has(error.code) || error.hasErrorLabel('ResumableChangeStreamError')
    : error instanceof MongoError;
