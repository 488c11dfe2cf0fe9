import { ControlPlaneError } from '../../domain/errors';
import { META_COLLECTION } from '../stream-identity';
import type { RawChange } from './raw-change';

/**
 * Records that come or go with their whole collection, each without a change of its own. History ends there for
 * readers, once for all that go together; not where the stream's identity goes too, which tells them by itself.
 */
export class Drops {
  #lost: ControlPlaneError | null = null;

  /**
   * True: stay in front of it, for who resumes behind it would pass it without a word. What comes next says what it
   * was, or that nothing does (null); throws `history-lost`.
   */
  holds(change: RawChange | null): boolean {
    if (change !== null && isOfCollection(change)) {
      const { operationType, ns } = change;
      this.#lost ??= new ControlPlaneError('history-lost', `There was a ${operationType} of '${ns?.coll}'.`);
      return true;
    }
    if (change !== null && isOfStream(change)) this.#lost = null;
    if (this.#lost) throw this.#lost;
    return false;
  }
}

const isMove = ({ operationType }: RawChange): boolean => operationType === 'drop' || operationType === 'rename';

/** The pipeline lets through those of collections that events speak of, and of the stream's own. */
const isOfCollection = (change: RawChange): boolean => isMove(change) && change.ns?.coll !== META_COLLECTION;
const isOfStream = (change: RawChange): boolean =>
  change.operationType === 'dropDatabase' || (isMove(change) && change.ns?.coll === META_COLLECTION);
