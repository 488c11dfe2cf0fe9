import {
  MongoBulkWriteError,
  MongoError,
  MongoServerError,
  MongoNetworkError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { ControlPlaneError } from '../domain/errors';

const DUPLICATE_KEY = 11_000;
const DOCUMENT_VALIDATION_FAILURE = 121;

export const isDuplicateKey = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** The record would be longer than the validator of its collection lets it be. */
export const isTooLarge = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DOCUMENT_VALIDATION_FAILURE;

/** Which unique index refused a write: its fields, as the server names them. */
export function duplicateFields(error: unknown): string[] {
  if (!isDuplicateKey(error)) return [];
  const pattern = (error.keyPattern ?? {}) as Record<string, unknown>;
  return Object.keys(pattern);
}

/** Of an unordered bulk: the places that a unique index refused. Null: something else went wrong as well. */
export const duplicatePlaces = (error: unknown): Set<number> | null => failedPlaces(error, DUPLICATE_KEY);

/** Of an unordered bulk: the places that failed, each for itself; where `code` is given, all by that. Null: more did. */
export function failedPlaces(error: unknown, code?: number): Set<number> | null {
  if (isRefusedAlone(error)) return code === undefined || error.code === code ? new Set([0]) : null;
  if (!(error instanceof MongoBulkWriteError)) return null;
  const failed = [error.writeErrors].flat();
  const isAll = failed.length > 0 && failed.every(one => code === undefined || one.code === code);
  return isAll && error.result.getWriteConcernError() === undefined ? new Set(failed.map(({ index }) => index)) : null;
}

/** What was sent as one write, and not as a bulk of one, and failed for itself: it bears its place all the same. */
const isRefusedAlone = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && !(error instanceof MongoBulkWriteError) && error['index'] === 0;

/** Driver errors as the domain's, by code and label, never by text. Others pass through unchanged. */
export function toDomainError(given: unknown): unknown {
  const error = ofBulk(given);
  if (error instanceof ControlPlaneError) return error;
  if (isRepeat(error) || isUnconfirmed(error)) {
    const message =
      'The database did not confirm this in time. It may have been kept: look, or ask for the same again.';
    return new ControlPlaneError('unavailable', message, { retry: 'backoff', retryAfterMs: 1_000, cause: error });
  }
  if (isDuplicateKey(error)) return new ControlPlaneError('conflict', 'Another write was first.', { cause: error });
  if (isTooLarge(error)) {
    return new ControlPlaneError('too-large', 'The record would be over 256 KiB.', { cause: error });
  }
  if (isUnavailable(error)) {
    return new ControlPlaneError('unavailable', 'The database cannot be reached. Nothing was changed; try again.', {
      retry: 'backoff',
      retryAfterMs: 1_000,
      cause: error,
    });
  }
  return error;
}

/** A bulk that could not be sent is told as a failed one, with what was in its way inside, and none of its labels. */
const ofBulk = (error: unknown): unknown =>
  error instanceof MongoBulkWriteError && (error.errorResponse as unknown) instanceof MongoError
    ? error.errorResponse
    : error;

/**
 * Nobody chooses an _id but for a repeat: the first try of this very write stands, on a primary that died before it
 * could say so, and no majority has it yet, so that looking for it found nothing.
 */
export const isRepeat = (error: unknown): boolean => duplicateFields(error).join() === '_id';

/** No server was there to send it to, or the connection was lost, or closed, before it was one. */
export const isUnsent = (given: unknown): boolean => {
  const error = ofBulk(given);
  if (error instanceof MongoNetworkError)
    return error.hasErrorLabel('HandshakeError') || error.name === 'MongoPoolClearedError';
  return !(error instanceof MongoServerError);
};

/**
 * Written, and no majority confirmed it in time; or the primary stepped down under it, or the connection was lost. Told
 * apart from a write that never was: it may stand.
 */
const isUnconfirmed = (error: unknown): boolean =>
  error instanceof MongoWriteConcernError ||
  (error instanceof MongoNetworkError && !isUnsent(error)) ||
  (error instanceof MongoServerError && UNCONFIRMED_CODES.has(error.code)) ||
  (error instanceof MongoBulkWriteError && error.result.getWriteConcernError() !== undefined);

/**
 * WriteConcernFailed, and what a command gets that runs on a primary while it ceases to be one: InterruptedAtShutdown,
 * ShutdownInProgress, PrimarySteppedDown, InterruptedDueToReplStateChange, NotWritablePrimary.
 */
const UNCONFIRMED_CODES = new Set<unknown>([64, 91, 189, 10_107, 11_600, 11_602]);

/**
 * The connection was lost, or the primary, before a write was confirmed: by its codes, for what the driver sends only
 * once bears no label.
 */
export function isCutOff(given: unknown): boolean {
  const error = ofBulk(given);
  if (error instanceof MongoNetworkError) return true;
  const unconfirmed = error instanceof MongoBulkWriteError ? error.result.getWriteConcernError()?.code : undefined;
  return error instanceof MongoServerError && CUT_OFF_CODES.has(unconfirmed ?? error.code);
}

/**
 * Those of the driver's own retries: HostUnreachable, HostNotFound, NetworkTimeout, ShutdownInProgress,
 * PrimarySteppedDown, ExceededTimeLimit, SocketException, NotWritablePrimary, InterruptedAtShutdown,
 * InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
 */
const CUT_OFF_CODES = new Set<unknown>([6, 7, 89, 91, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436]);

/**
 * A node that starts, recovers or cannot reach the others serves no read, and the driver tries a read only twice:
 * HostUnreachable, HostNotFound, CursorNotFound, NetworkTimeout, FailedToSatisfyReadPreference,
 * ReadConcernMajorityNotAvailableYet, CursorKilled, ExceededTimeLimit, SocketException, NotPrimaryNoSecondaryOk,
 * NotPrimaryOrSecondary.
 */
const UNSERVED_CODES = new Set<unknown>([6, 7, 43, 89, 133, 134, 237, 262, 9_001, 13_435, 13_436]);

export const isUnavailable = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  (error instanceof MongoServerError && UNSERVED_CODES.has(error.code)) ||
  (error instanceof MongoError &&
    (error.hasErrorLabel('RetryableWriteError') ||
      error.hasErrorLabel('TransientTransactionError') ||
      [
        'MongoPoolClearedError',
        'MongoPoolClosedError',
        'MongoWaitQueueTimeoutError',
        'MongoNotConnectedError',
        'MongoTopologyClosedError',
      ].includes(error.name)));
