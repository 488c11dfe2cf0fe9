import { tokenOf, type StreamPoint } from '../wire/position';
import type { StreamEntry } from './entry';
import type { EventRing } from './ring';

/** What was read of history, oldest first and without holes, on its way into the ring: the newest of it. */
export class HistoryBuffer {
  #entries: StreamEntry[] = [];

  /** `floor`: everything after it was added. At least the newest `most` are kept, at most twice as many. */
  constructor(
    private floor: StreamPoint,
    private readonly most: number,
  ) {}

  add(entry: StreamEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length <= 2 * this.most) return;
    this.floor = this.#entries[this.most - 1]!.point;
    this.#entries = this.#entries.slice(this.most);
  }

  /** In front of what the ring has; only once it was read up to there. */
  fill(ring: EventRing): void {
    if (ring.covers(this.floor)) return;
    ring.prepend(
      this.#entries.filter(({ point }) => tokenOf(point) <= ring.floor),
      this.floor,
    );
  }
}
