import { randomUUID } from 'node:crypto';
import { ControlPlaneError, isControlPlaneError } from '../../domain/errors';
import { toDomainError } from '../../store/errors';
import { hex, newId } from '../../store/ids';
import { finishKey, freeKey, leaveKey, reserveKey } from '../../store/idempotency';
import type { Context } from '../context';

/** Creates take milliseconds; who holds a key longer was killed between the key and the record. */
const OWN_MS = 10_000;
/**
 * How long the second of two simultaneous requests waits for the first. Longer than a key is owned: it takes over from
 * one that was killed, so that the same request is told to come again only where the database stands.
 */
const WAIT_MS = OWN_MS + 2_000;
const LOOK_AGAIN_MS = 25;

export interface Creation<T> {
  /** What the key belongs to: route and key; tenant and principal are added here. */
  key: string;
  bodyHash: string;
  /** Makes the record under that id; `key` is what `readBack` finds it by. Null: it made none, and a repeat asks again. */
  create(recordId: string): Promise<{ key: string | null; result: T }>;
  /** The record as it is now. `not-found` when it is gone. */
  readBack(recordKey: string): Promise<T>;
  /** After a crash: the record that was made under this id, if it was. */
  findMade(recordId: string): Promise<{ key: string; result: T } | null>;
}

export interface Created<T> {
  result: T;
  /** False: an earlier use of the key made it. */
  isNew: boolean;
}

/** One record for one key, however often and however simultaneously it is used, and whoever crashed on the way. */
export async function createOnce<T>(ctx: Context, creation: Creation<T>): Promise<Created<T>> {
  const { collections, clock } = ctx.plane;
  const { tenantId, id } = ctx.principal;
  const key = `${tenantId}:${id}:${creation.key}`;
  const reservation = {
    key,
    tenantId,
    bodyHash: creation.bodyHash,
    owner: randomUUID(),
    recordId: newId(),
    ownMs: OWN_MS,
  };
  const untilMs = performance.now() + WAIT_MS;
  for (;;) {
    const row = await reserveKey(collections, reservation);
    if (row.bodyHash !== creation.bodyHash) throw otherBody();
    if (row.recordKey !== null) return { result: await creation.readBack(row.recordKey), isNew: false };
    if (row.owner === reservation.owner) {
      const isOld = !row.recordId.equals(reservation.recordId);
      return make(ctx, creation, { key, owner: row.owner, recordId: hex(row.recordId), isOld });
    }
    if (performance.now() >= untilMs) throw stillRunning();
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

interface Held {
  key: string;
  owner: string;
  recordId: string;
  /** Somebody held it before: the record may be there. */
  isOld: boolean;
}

async function make<T>(ctx: Context, creation: Creation<T>, held: Held): Promise<Created<T>> {
  const { collections } = ctx.plane;
  try {
    const made = held.isOld ? await creation.findMade(held.recordId) : null;
    const { key: recordKey, result } = made ?? (await creation.create(held.recordId));
    if (recordKey === null) await freeKey(collections, held.key, held.owner);
    else await finishKey(collections, held.key, held.owner, recordKey);
    return { result, isNew: made === null };
  } catch (error) {
    const known = toDomainError(error);
    // A refusal made nothing. Anything else may have: the next use looks for the record before it makes it.
    const isRefusal =
      known instanceof ControlPlaneError &&
      !isControlPlaneError(known, 'unavailable') &&
      !isControlPlaneError(known, 'internal');
    const undo = isRefusal ? freeKey : leaveKey;
    // The error that came first is the one to tell; a key that could not be let go lapses by itself.
    await undo(collections, held.key, held.owner).catch(() => undefined);
    throw error;
  }
}

const otherBody = () =>
  new ControlPlaneError(
    'idempotency-conflict',
    'This Idempotency-Key was used with another body. Take a new key for a new record.',
  );

const stillRunning = () =>
  new ControlPlaneError('conflict', 'The first request with this Idempotency-Key is still running; ask again.', {
    retry: 'backoff',
    retryAfterMs: 1_000,
  });
