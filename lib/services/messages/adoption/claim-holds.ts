import { deferred } from '../../../kernel/deferred';

/** Kept for a claim by rank. */
export interface Lent {
  /** The claim it was dealt to is over. */
  back(tookUp: boolean): void;
  /** It was dealt to none. */
  keep(): void;
}

export interface HoldOver {
  isTaken: boolean;
  /** It can be found again, and somebody who looked meanwhile did not see it: nobody tells of it a second time. */
  isMissed: boolean;
}

/** Raw messages under the hands of claims of this process, each under one. Bounded by the claims under way. */
export class ClaimHolds {
  /** Whether the claim under way took it up. Never rejects. */
  readonly #held = new Map<string, Promise<boolean>>();
  /** Left out while it was held, by whoever looked for what waits. */
  readonly #missed = new Set<string>();

  constructor(private readonly over: (id: string, how: HoldOver) => void) {}

  get size(): number {
    return this.#held.size;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Who looks for what waits leaves it out. */
  isMissing(id: string): boolean {
    if (!this.#held.has(id)) return false;
    this.#missed.add(id);
    return true;
  }

  /** Null: another claim was under way and took it. */
  async hold<T>(id: string, claim: () => Promise<T>, tookUp: (result: T) => boolean): Promise<T | null> {
    for (let held = this.#held.get(id); held; held = this.#held.get(id)) if (await held) return null;
    const claiming = claim();
    const over = claiming.then(tookUp, () => false);
    this.#held.set(id, over);
    void over.then(isTaken => this.#end(id, isTaken, true));
    return claiming;
  }

  /** It is not held. */
  lend(id: string): Lent {
    const { promise, resolve } = deferred<boolean>();
    this.#held.set(id, promise);
    const end = (isTaken: boolean, wasDealt: boolean) => {
      this.#end(id, isTaken, wasDealt);
      resolve(isTaken);
    };
    return { back: tookUp => end(tookUp, true), keep: () => end(false, false) };
  }

  /** The claims under way of those. */
  of(isMeant: (id: string) => boolean): Promise<boolean>[] {
    return [...this.#held].flatMap(([id, over]) => (isMeant(id) ? [over] : []));
  }

  #end(id: string, isTaken: boolean, wasDealt: boolean): void {
    this.#held.delete(id);
    const isMissed = this.#missed.delete(id) || wasDealt;
    this.over(id, { isTaken, isMissed: isMissed && !isTaken });
  }
}
