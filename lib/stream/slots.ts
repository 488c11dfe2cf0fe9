/** A fixed number of places and a bounded queue for them, first come first served. */
export class Slots {
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly places: number,
    private readonly queue: number,
  ) {}

  get taken(): number {
    return this.#taken;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with a place, to be given back once; null at once when the queue is full. */
  take(): Promise<() => void> | null {
    if (this.#taken < this.places) {
      this.#taken += 1;
      return Promise.resolve(this.#giveBack());
    }
    if (this.#waiting.length >= this.queue) return null;
    return new Promise(resolve => this.#waiting.push(() => resolve(this.#giveBack())));
  }

  #giveBack(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken -= 1;
    };
  }
}
