import { SECOND_MS } from '../kernel/clock';

const WINDOW_SECONDS = 10;

/** Events a second over the last ten whole seconds. */
export class Rate {
  readonly #counts = Array.from({ length: WINDOW_SECONDS + 1 }, () => ({ second: -1, count: 0 }));

  add(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS);
    const slot = this.#counts[second % this.#counts.length]!;
    if (slot.second !== second) {
      slot.second = second;
      slot.count = 0;
    }
    slot.count += 1;
  }

  perSecond(nowMs: number): number {
    const second = Math.floor(nowMs / SECOND_MS);
    const whole = this.#counts.filter(slot => slot.second < second && slot.second >= second - WINDOW_SECONDS);
    return whole.reduce((sum, slot) => sum + slot.count, 0) / WINDOW_SECONDS;
  }
}
