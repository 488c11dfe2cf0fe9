import type { EventType } from '@/lib/domain/event/schema';
import { steadyClock } from '@/lib/kernel/clock';

/** What rang since the last line. Kinds come from a fixed list, so no line can carry what somebody wrote. */
export interface Rings {
  events: Map<EventType, number>;
  stop: number;
  due: boolean;
  check: boolean;
}

/**
 * A watcher of Claude Code takes about a dozen quick lines, then one in 2 s, and drops the rest; a line is cut at 500
 * characters. The bell stays below both, and carries nothing that could be lost: whoever hears it asks the plane.
 */
export const MIN_INTERVAL_MS = 2_500;
export const MAX_LINE_CHARACTERS = 400;

export interface BellOptions {
  ring(line: string): void;
  minIntervalMs?: number;
  now?: () => number;
}

/** Gathers reasons to look into one short line at a time. The first after a silence rings at once. */
export class Bell {
  readonly #options: BellOptions;
  readonly #now: () => number;
  readonly #minIntervalMs: number;
  #rings = nothing();
  #lastMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #afterRing: (() => void)[] = [];

  constructor(options: BellOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyClock.now;
    this.#minIntervalMs = options.minIntervalMs ?? MIN_INTERVAL_MS;
  }

  event(type: EventType): void {
    this.#rings.events.set(type, (this.#rings.events.get(type) ?? 0) + 1);
    this.#schedule();
  }

  /** Agents of this session that have to be stopped. */
  stop(count: number): void {
    this.#rings.stop = count;
    this.#schedule();
  }

  /** Work is due though no event said so. */
  due(): void {
    this.#rings.due = true;
    this.#schedule();
  }

  /** The stream was away, or lost its history: look, whatever was missed. */
  check(): void {
    this.#rings.check = true;
    this.#schedule();
  }

  /** Runs when all that rang so far is printed: at once when nothing waits to be. */
  whenRung(action: () => void): void {
    if (this.#timer === undefined) action();
    else this.#afterRing.push(action);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#lastMs + this.#minIntervalMs - this.#now());
    if (waitMs === 0) return this.#ring();
    this.#timer = setTimeout(() => this.#ring(), waitMs);
  }

  #ring(): void {
    this.#timer = undefined;
    this.#lastMs = this.#now();
    this.#options.ring(lineOf(this.#rings));
    this.#rings = nothing();
    for (const action of this.#afterRing.splice(0)) action();
  }
}

const nothing = (): Rings => ({ events: new Map(), stop: 0, due: false, check: false });

/** One line of JSON: `do` names the script to run next. */
export function lineOf({ events, stop, due, check }: Rings): string {
  const line = {
    do: stop > 0 ? 'status' : 'next',
    ...(stop > 0 ? { stop } : {}),
    ...(events.size > 0 ? { events: Object.fromEntries(events) } : {}),
    ...(due ? { due: true } : {}),
    ...(check ? { check: true } : {}),
  };
  return JSON.stringify(line).slice(0, MAX_LINE_CHARACTERS);
}
