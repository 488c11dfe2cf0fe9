import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { createClient } from '@/lib/sdk/client';
import { dispatchCalls, type DispatchCalls } from '@/lib/sdk/dispatch-calls';
import type { Ledger } from './ledger';

export interface BatchClaimerOptions {
  name: string;
  url: string;
  token: string;
  ledger: Ledger;
  max: number;
}

const WAIT_MS = 500;
/** Nothing is broken here: a slow answer on a busy machine is waited for, since a claim cut off holds its lanes. */
const CALL_MS = 60_000;

/** An orchestrator whose agents take no time: claims a batch, completes it in one call, until `isOver`. */
export class BatchClaimer {
  readonly #options: BatchClaimerOptions;
  readonly #calls: DispatchCalls;
  claims = 0;
  completed = 0;

  constructor(options: BatchClaimerOptions) {
    this.#options = options;
    this.#calls = dispatchCalls(createClient({ baseUrl: options.url, token: options.token, timeoutMs: CALL_MS }));
  }

  async run(isOver: () => boolean): Promise<void> {
    const { name, max } = this.#options;
    while (!isOver()) {
      const { dispatches } = await this.#calls.claim({ consumer: name, max, waitMs: WAIT_MS }, { timeoutMs: CALL_MS });
      this.claims += 1;
      for (const dispatch of dispatches) this.#note('claimed', dispatch);
      if (dispatches.length > 0) await this.#complete(dispatches);
    }
  }

  async #complete(dispatches: Dispatch[]): Promise<void> {
    const sentAtMs = Date.now();
    const { results } = await this.#calls.completeMany(
      dispatches.map(({ id, epoch, source }) => ({ id, epoch, output: `${source.id} under ${epoch}` })),
    );
    for (const [at, { status, code }] of results.entries()) {
      const dispatch = dispatches[at]!;
      if (code === undefined && status === 'done') this.#note('accepted', dispatch, sentAtMs);
      else this.#options.ledger.add({ kind: 'refused', ...this.#about(dispatch), code: code ?? String(status) });
      this.completed += 1;
    }
  }

  #about({ id, epoch, source }: Dispatch) {
    return { by: this.#options.name, work: source.id, dispatch: id, epoch };
  }

  #note(kind: 'claimed' | 'accepted', dispatch: Dispatch, sentAtMs = 0): void {
    const about = this.#about(dispatch);
    this.#options.ledger.add(kind === 'claimed' ? { kind, ...about } : { kind, ...about, sentAtMs });
  }
}
