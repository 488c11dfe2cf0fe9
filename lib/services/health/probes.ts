import { ageMs } from '../../kernel/clock';
import type { Collections } from '../../store/collections';
import { pingDatabase } from '../../store/health';

/** Within this the database answers or is away: a page that probes every 3 s still says so inside 5 s. */
const PING_MS = 1_200;
const FRESH_MS = 1_000;

/** One ping at a time however many probes ask, and its answer serves all that come within a second. */
export class DatabaseProbe {
  #at = 0;
  #reachable = true;
  #asking: Promise<boolean> | null = null;

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  async reachable(): Promise<boolean> {
    if (ageMs(this.#at, this.now()) < FRESH_MS) return this.#reachable;
    this.#asking ??= pingDatabase(this.collections, PING_MS).then(answer => {
      this.#reachable = answer;
      this.#at = this.now();
      this.#asking = null;
      return answer;
    });
    // While it is away nobody waits for another ping to run out; the one under way tells when it is back.
    return this.#reachable ? this.#asking : false;
  }
}
