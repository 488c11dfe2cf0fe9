import type { ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findUnadopted } from '../../../store/messages';
import { findUnadoptedTasks } from '../../../store/tasks';
import type { Plane } from '../../context';
import { adoptTask } from '../../tasks/adopt-task';
import { adoptRawMessages } from './adopt-message';

/** Raw inserts looked at in one pass. */
const PAGE = 500;
const FRESH_MS = 1_000;
/** Pages one pass goes through while they are full of work: enough for any backlog, and an end for a flood. */
const MOST_PAGES = 100;
/** At once, so that a burst of raw inserts does not wait in line behind each other's writes. */
const ABREAST = 20;

/**
 * Takes up what no change event reached: inserted while no process ran, or while one was killed. Goes round by id, a
 * page at a time, so that documents nobody can take up never stand in front of good ones.
 */
export class RawInsertSweep {
  #afterMessage: ObjectId | null = null;
  #afterTask: ObjectId | null = null;

  constructor(private readonly plane: Plane) {}

  /** A full page that had work in it is followed by the next at once: after a long outage there may be thousands. */
  async run(signal?: AbortSignal): Promise<void> {
    const c = this.plane.collections;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      if (signal?.aborted) break;
      const messages = await findUnadopted(c, this.#afterMessage, PAGE);
      this.#afterMessage = messages.length < PAGE ? null : messages.at(-1)!._id;
      const missed = messages.map(({ _id }) => _id).filter(id => !this.#isFresh(id));
      const adopted = await adoptRawMessages(this.plane, missed);
      if (adopted === 0 || this.#afterMessage === null || signal?.aborted) break;
    }
    const tasks = await findUnadoptedTasks(c, this.#afterTask, PAGE);
    this.#afterTask = tasks.length < PAGE ? null : tasks.at(-1)!._id;
    await this.#each(tasks, id => adoptTask(this.plane, id));
  }

  /** The stream showed it a moment ago: it waits in the queue, or a claim is about to take it up. */
  #isFresh(id: ObjectId): boolean {
    const { adoption, streamedTimes, clock } = this.plane;
    if (adoption.keeps(hex(id))) return true;
    const streamedAt = streamedTimes.streamedAt(hex(id));
    return streamedAt !== null && clock.now() - streamedAt.getTime() < FRESH_MS;
  }

  async #each(rows: { _id: ObjectId }[], adopt: (id: ObjectId) => Promise<void>): Promise<void> {
    for (let at = 0; at < rows.length; at += ABREAST) {
      await Promise.all(rows.slice(at, at + ABREAST).map(({ _id }) => adopt(_id)));
    }
  }
}
