import { ControlPlaneError } from '@/lib/domain/errors';

/**
 * How much one process does at once. A call holds a few database operations, a waiting one holds nearly nothing but its
 * connection; both bounds are far above what agents need and far below what would starve the others.
 */
export const MAX_CALLS = 500;
export const MAX_CALLS_OF_PRINCIPAL = 200;

/** Counts what runs; `run` refuses past the bound and gives its place back however the call ends. */
export class CallLimits {
  readonly #byPrincipal = new Map<string, number>();
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly max = MAX_CALLS,
    private readonly maxOfPrincipal = MAX_CALLS_OF_PRINCIPAL,
  ) {}

  get running(): number {
    return this.#running;
  }

  async run<T>(principalKey: string, call: () => Promise<T>): Promise<T> {
    const own = this.#byPrincipal.get(principalKey) ?? 0;
    if (this.#running >= this.max) throw full(`The server runs ${this.max} calls already`);
    if (own >= this.maxOfPrincipal) throw full(`This token runs ${this.maxOfPrincipal} calls already`);
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
