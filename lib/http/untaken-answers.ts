import type { ServerResponse } from 'node:http';

/** Without a byte taken by its reader. A slow line takes some all the while. */
const IDLE_MS = 30_000;
/** Of all answers of a process that are written and not taken. The longest claim's is some 40 MB. */
const MOST_BYTES = 256 * 1024 * 1024;

interface Limits {
  idleMs?: number;
  mostBytes?: number;
}

/**
 * Answers that are written while their readers do not read stand in this process's memory for as long as they please.
 * Whoever takes nothing is cut off, and past the bound whoever has taken longest. What was cut off can be asked again; a
 * claim's dispatches end with their leases, as with every line that breaks.
 */
export class UntakenAnswers {
  readonly #answers = new Map<ServerResponse, number>();
  readonly #idleMs: number;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor({ idleMs = IDLE_MS, mostBytes = MOST_BYTES }: Limits = {}) {
    this.#idleMs = idleMs;
    this.#mostBytes = mostBytes;
  }

  /** As they were written; what was taken since still counts, until all is. */
  get bytes(): number {
    return this.#bytes;
  }

  /** After its end. What the system took at once, which is nearly all, is not watched. */
  watch(res: ServerResponse): void {
    const bytes = res.writableLength;
    if (bytes === 0 || res.destroyed) return;
    this.#answers.set(res, bytes);
    this.#bytes += bytes;
    const leave = () => this.#leave(res);
    res.once('finish', leave).once('close', leave);
    res.setTimeout(this.#idleMs, () => res.destroy());
    for (const [oldest] of this.#answers) {
      // One alone is as long as an answer may be.
      if (this.#bytes <= this.#mostBytes || oldest === res) return;
      this.#leave(oldest);
      oldest.destroy();
    }
  }

  #leave(res: ServerResponse): void {
    this.#bytes -= this.#answers.get(res) ?? 0;
    this.#answers.delete(res);
  }
}
