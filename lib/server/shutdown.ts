import type { Logger } from '../telemetry/logger';

/** A whole stop takes less than this, or the process ends anyway: whoever sent SIGTERM waits 10 s. */
const STOP_WITHIN_MS = 9_000;

export type Stop = () => Promise<unknown> | unknown;

/**
 * What was started, stopped in reverse order on SIGTERM, SIGINT or `stop()`. Each stop is tried whatever the one before
 * did. Exit code 0: stopping when asked is no failure.
 */
export class Shutdown {
  readonly #stops: { name: string; stop: Stop }[] = [];
  #stopping: Promise<void> | null = null;

  constructor(private readonly log: Logger) {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => void this.exit(0, signal));
    }
  }

  get stopping(): boolean {
    return this.#stopping !== null;
  }

  add(name: string, stop: Stop): void {
    this.#stops.push({ name, stop });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#run();
    return this.#stopping;
  }

  async exit(code: number, why: string): Promise<void> {
    if (!this.stopping) this.log.info({ why }, 'stopping');
    const late = setTimeout(() => {
      this.log.error('the stop took too long; ending now');
      process.exit(code);
    }, STOP_WITHIN_MS);
    await this.stop();
    clearTimeout(late);
    process.exit(code);
  }

  async #run(): Promise<void> {
    for (const { name, stop } of this.#stops.toReversed()) {
      try {
        await stop();
      } catch (error) {
        this.log.warn({ err: error, name }, 'a part did not stop cleanly');
      }
    }
  }
}
