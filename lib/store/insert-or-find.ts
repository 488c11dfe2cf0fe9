import type { Collection, Document, Filter, ObjectId, WithId } from 'mongodb';
import { isRepeat } from './errors';

const CONFIRMED_WITHIN_MS = 5_000;

/**
 * Under an id that a repeat uses again: made once, whoever else makes it at the same moment, and whichever primary the
 * first try died with. A plain read may miss that try, since no majority has it yet; a linearizable one waits for the
 * majority, so that what is answered is as safe as what this call would have written itself.
 */
export async function insertOrFind<T extends Document>(
  collection: Collection<T>,
  id: ObjectId,
  insert: () => Promise<WithId<T> | null>,
): Promise<WithId<T>> {
  try {
    return (await insert())!;
  } catch (error) {
    if (!isRepeat(error)) throw error;
    const confirmed = { readConcern: { level: 'linearizable' as const }, maxTimeMS: CONFIRMED_WITHIN_MS };
    const there = await collection.findOne({ _id: id } as unknown as Filter<T>, confirmed);
    if (!there) throw error;
    return there;
  }
}
