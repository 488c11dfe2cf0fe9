import { assert } from '../kernel/assert';
import type { StreamPoint } from '../wire/position';
import type { StreamEntry } from './entry';

/** What an entry costs beside its bytes: the object, its strings, the buffer's own header. */
const ENTRY_OVERHEAD_BYTES = 500;
const costOf = (entry: StreamEntry): number => entry.frame.length + ENTRY_OVERHEAD_BYTES;
/** Dead slots at the front are given back once they are this many and half of the array. */
const COMPACT_AT = 1_024;

/**
 * The newest events of the stream, in order, without holes: everything after `floor` is here. Every reader's live
 * buffer and replay at once: a reader is a number in it, so a thousand slow ones cost no more than one.
 * Entries are numbered; numbers of history put in front later are lower, even negative.
 */
export class EventRing {
  /** Evicted slots are emptied at once and cut off in bulk. */
  #slots: (StreamEntry | undefined)[] = [];
  #head = 0;
  #firstSeq = 0;
  #bytes = 0;
  #floor: StreamPoint = '';

  constructor(private readonly limits: { ringEvents: number; ringBytes: number }) {}

  /** Exclusive: an event at the floor itself may be gone. */
  get floor(): StreamPoint {
    return this.#floor;
  }
  get firstSeq(): number {
    return this.#firstSeq;
  }
  /** One past the last. */
  get endSeq(): number {
    return this.#firstSeq + this.size;
  }
  get size(): number {
    return this.#slots.length - this.#head;
  }
  get bytes(): number {
    return this.#bytes;
  }

  at(seq: number): StreamEntry {
    const entry = this.#slots[this.#head + seq - this.#firstSeq];
    assert(entry !== undefined && seq >= this.#firstSeq, `entry ${seq} is not in the ring`);
    return entry;
  }

  /** Whether a reader at `point` misses nothing when it reads on from here. */
  covers(point: StreamPoint): boolean {
    return point >= this.#floor;
  }

  /** Number of the first entry after `point`. */
  seqAfter(point: StreamPoint): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#slots[this.#head + middle]!.point <= point) low = middle + 1;
      else high = middle;
    }
    return this.#firstSeq + low;
  }

  push(entry: StreamEntry): void {
    assert(this.size === 0 || this.#slots.at(-1)!.point < entry.point, 'events enter the ring in order');
    this.#slots.push(entry);
    this.#bytes += costOf(entry);
    while (this.#isOver() && this.size > 1) this.#evict();
  }

  /** History older than the floor; `floor` is where it begins. What does not fit is left out, oldest first. */
  prepend(history: readonly StreamEntry[], floor: StreamPoint): void {
    let at = history.length;
    let size = this.size;
    let bytes = this.#bytes;
    while (at > 0) {
      const cost = costOf(history[at - 1]!);
      if (size + 1 > this.limits.ringEvents || bytes + cost > this.limits.ringBytes) break;
      at -= 1;
      size += 1;
      bytes += cost;
    }
    const kept = history.slice(at);
    this.#slots = [...kept, ...this.#slots.slice(this.#head)];
    this.#head = 0;
    this.#firstSeq -= kept.length;
    this.#bytes = bytes;
    if (at === 0) this.#floor = floor;
    else this.#floor = history[at - 1]!.point;
  }

  /** Begins anew after `floor`. Numbers go on, so that no reader mistakes new entries for old. */
  clear(floor: StreamPoint): void {
    this.#firstSeq = this.endSeq;
    this.#slots = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#floor = floor;
  }

  #isOver(): boolean {
    return this.size > this.limits.ringEvents || this.#bytes > this.limits.ringBytes;
  }

  #evict(): void {
    const entry = this.#slots[this.#head]!;
    this.#floor = entry.point;
    this.#bytes -= costOf(entry);
    this.#slots[this.#head] = undefined;
    this.#head += 1;
    this.#firstSeq += 1;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
  }
}
