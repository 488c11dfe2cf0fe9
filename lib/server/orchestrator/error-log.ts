import { steadyClock, type Clock } from '@/lib/kernel/clock';

export interface ErrorLogOptions {
  onLine(line: string): void;
  /** So much more was written and is not in the log. */
  onLeftOut(leftOut: LeftOut): void;
  clock?: Clock;
}

export interface LeftOut {
  lines: number;
  characters: number;
}

/**
 * A child that floods stderr filled the log, and the disk under it, as fast as a pipe gives: 20 lines a second and child
 * stay, of 2,000 characters at most (the splitter cuts there), and a burst of a start or a stack trace is whole. The end
 * of all it wrote is kept apart, for the reason of a failure.
 */
const WINDOW_MS = 10_000;
const MAX_LINES_A_WINDOW = 200;

/** What one child writes to stderr, line by line, at a bounded rate; what is left out is counted and told. */
export class ErrorLog {
  readonly #options: ErrorLogOptions;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #windowEndMs = -Infinity;
  #lines = 0;
  #leftOut: LeftOut = { lines: 0, characters: 0 };

  constructor(options: ErrorLogOptions) {
    this.#options = options;
    this.#clock = options.clock ?? steadyClock;
  }

  push(line: string): void {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#windowEndMs) {
      this.#tell();
      this.#windowEndMs = nowMs + WINDOW_MS;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines <= MAX_LINES_A_WINDOW) return this.#options.onLine(line);
    if (this.#leftOut.lines === 0) void this.#tellLater(this.#windowEndMs - nowMs);
    this.#leftOut.lines += 1;
    this.#leftOut.characters += line.length;
  }

  /** No line comes after this. */
  end(): void {
    this.#ended.abort();
    this.#tell();
  }

  /** One that floods and falls silent must not hide it until it ends. */
  async #tellLater(delayMs: number): Promise<void> {
    await this.#clock.sleep(delayMs, this.#ended.signal);
    this.#tell();
  }

  #tell(): void {
    const leftOut = this.#leftOut;
    if (leftOut.lines === 0) return;
    this.#leftOut = { lines: 0, characters: 0 };
    this.#options.onLeftOut(leftOut);
  }
}
