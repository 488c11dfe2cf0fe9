import { ControlPlaneError } from '@/lib/domain/errors';

interface Bounds {
  all: number;
  ofPrincipal: number;
}

/** A call holds a few database operations: far above what agents need, far below what would starve the others. */
const WORKING: Bounds = { all: 500, ofPrincipal: 200 };
/** One that waits holds nearly nothing but its connection; counted apart, it never stands in the way of one that works. */
const WAITING: Bounds = { all: 2_000, ofPrincipal: 1_000 };

/** How much one process does at once. */
export class CallLimits {
  readonly #working = new Pool(WORKING);
  readonly #waiting = new Pool(WAITING);

  get running(): number {
    return this.#working.running + this.#waiting.running;
  }

  run<T>(kind: 'works' | 'waits', principalKey: string, call: () => Promise<T>): Promise<T> {
    return (kind === 'waits' ? this.#waiting : this.#working).run(principalKey, call);
  }

  /** Resolves when nothing runs any more, or after that time. */
  async idle(withinMs: number): Promise<void> {
    await Promise.all([this.#working.idle(withinMs), this.#waiting.idle(withinMs)]);
  }
}

/** Counts what runs; `run` refuses past the bound and gives its place back however the call ends. */
export class Pool {
  readonly #byPrincipal = new Map<string, number>();
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(private readonly bounds: Bounds) {}

  get running(): number {
    return this.#running;
  }

  async run<T>(principalKey: string, call: () => Promise<T>): Promise<T> {
    const own = this.#byPrincipal.get(principalKey) ?? 0;
    const { all, ofPrincipal } = this.bounds;
    if (this.#running >= all) throw full(`The server runs ${all} calls already`);
    if (own >= ofPrincipal) throw full(`This token runs ${ofPrincipal} calls already`);
    this.#running += 1;
    this.#byPrincipal.set(principalKey, own + 1);
    try {
      return await call();
    } finally {
      this.#running -= 1;
      const left = (this.#byPrincipal.get(principalKey) ?? 1) - 1;
      if (left > 0) this.#byPrincipal.set(principalKey, left);
      else this.#byPrincipal.delete(principalKey);
      if (this.#running === 0) for (const idle of this.#whenIdle.splice(0)) idle();
    }
  }

  /** Resolves when nothing runs any more, or after that time. */
  idle(withinMs: number): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(resolve, withinMs);
      this.#whenIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const full = (what: string) =>
  new ControlPlaneError('limit-exceeded', `${what}; that is its limit.`, { retry: 'backoff', retryAfterMs: 2_000 });
