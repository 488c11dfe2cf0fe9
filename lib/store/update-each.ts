import type { ClientSession, Collection, Document, Filter, UpdateFilter } from 'mongodb';
import { isCutOff, isUnsent } from './errors';

/** Of the one document that its filter names by `_id`. Sent again it must do nothing more: the filter fences it off. */
export interface FencedUpdate<T extends Document> {
  filter: Filter<T>;
  update: UpdateFilter<T> | Document[];
}

/** Null: they were sent twice, and only the documents tell what the first sending did. */
export type Matched = number | null;

/**
 * Fenced updates in one round trip, in no order. As `updateMany`, which the driver sends once: for each update that it
 * may send twice the server keeps a record beside it (12 to 17 % of what an update costs it), and these do not need
 * that. They are sent again here, once, for what the driver would have sent them again for.
 */
export async function updateEach<T extends Document>(
  collection: Collection<T>,
  updates: FencedUpdate<T>[],
  options: { writeConcern?: { w: 1 }; session?: ClientSession } = {},
): Promise<Matched> {
  const [only] = updates;
  if (!only) return 0;
  // What the driver does for a bulk of one is felt.
  const send = () =>
    updates.length === 1
      ? collection.updateMany(only.filter, only.update, options)
      : collection.bulkWrite(
          updates.map(updateMany => ({ updateMany })),
          { ordered: false, ...options },
        );
  try {
    return (await send()).matchedCount;
  } catch (error) {
    if (!isCutOff(error)) throw error;
    await sendAgain(send, error);
    return null;
  }
}

/** Waits for the next primary, as long as the driver looks for one. Where none comes, all that is left to tell is the first. */
async function sendAgain(send: () => Promise<unknown>, first: unknown): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw isUnsent(error) ? first : error;
  }
}
