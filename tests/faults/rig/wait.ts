/** Waiting for something that can be looked at; never for time to pass in the hope that it happened. */
const LOOK_EVERY_MS = 20;

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Resolves with what `look` found, as soon as that is not null or false; rejects with `what` when it takes too long. */
export async function until<T>(
  look: () => T | null | false | Promise<T | null | false>,
  withinMs: number,
  what: string | (() => string),
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > deadlineMs)
      throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** `Date.now()` with its fractions: a p99 of ten milliseconds is not to be told in steps of a tenth of it. */
export const preciseMs = (): number => performance.timeOrigin + performance.now();
