import { MongoError, type ClientSession } from 'mongodb';
import { ControlPlaneError } from '../domain/errors';
import { backoffMs } from '../kernel/backoff';
import { steadyClock } from '../kernel/clock';
import type { Collections } from './collections';

/** Statements take it as their last argument; they run one after another, never side by side. */
export type Transaction = ClientSession;

/** Past this a caller is told, whatever the database says: the driver's own helper would go on for two minutes. */
const GIVE_UP_MS = 10_000;
const RETRY = { baseMs: 4, maxMs: 250 };
const MAX_COMMITS = 5;

/**
 * Several documents, all or none: for configuration, where a crash between two writes would leave a record and its
 * history apart. `run` may be called again after a lost race, so it reads what it decides on inside the transaction.
 * The work queue never uses this: claims are single-document writes.
 */
export async function transact<T>(c: Collections, run: (tx: Transaction) => Promise<T>): Promise<T> {
  const session = c.agentTypes.db.client.startSession();
  const giveUpAtMs = steadyClock.now() + GIVE_UP_MS;
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await runOnce(session, run);
      } catch (error) {
        if (!hasLabel(error, 'TransientTransactionError')) throw error;
        if (steadyClock.now() >= giveUpAtMs) throw isWriteConflict(error) ? stillWritten(error) : error;
        await new Promise(resolve => setTimeout(resolve, backoffMs(attempt, RETRY)));
      }
    }
  } finally {
    await session.endSession();
  }
}

async function runOnce<T>(session: ClientSession, run: (tx: Transaction) => Promise<T>): Promise<T> {
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority', wtimeoutMS: GIVE_UP_MS },
  });
  let result: T;
  try {
    result = await run(session);
  } catch (error) {
    // Whatever went wrong first is what is told; a transaction that could not be aborted times out on the server.
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw error;
  }
  await commit(session);
  return result;
}

/** A commit whose answer was lost may be asked again: the server knows whether it happened. */
async function commit(session: ClientSession): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || attempt === MAX_COMMITS) throw error;
    }
  }
}

const WRITE_CONFLICT = 112;
const isWriteConflict = (error: unknown): boolean => error instanceof MongoError && error.code === WRITE_CONFLICT;

/** A process that was killed in a transaction leaves its documents locked until the server gives it up. */
const stillWritten = (cause: unknown): ControlPlaneError =>
  new ControlPlaneError('unavailable', 'Another change of this has not ended yet. Nothing was changed; try again.', {
    retry: 'backoff',
    retryAfterMs: 2_000,
    cause,
  });

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);

/**
 * Makes transactions on one tenant's configuration wait for each other: for rules over several records (no cycle in who
 * leads whom, a parent that is there), which two writers could each keep and together break.
 */
export async function lockConfiguration(c: Collections, tenantId: string, tx: Transaction): Promise<void> {
  await c.tenants.updateOne({ tenantId }, { $inc: { configurationWrites: 1 } }, { session: tx });
}
