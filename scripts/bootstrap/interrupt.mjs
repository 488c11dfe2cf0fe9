import { say } from './progress.mjs';
import { StepFailed } from './child.mjs';

/**
 * Until the real process takes over, a signal has to end the children of the preparation and then us. `release` hands
 * the signals on to whoever comes next.
 */
export function listenForInterrupt() {
  const controller = new AbortController();
  let received = null;
  const onSignal = name => {
    received = name;
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, onSignal);
  const release = () => {
    for (const name of ['SIGINT', 'SIGTERM']) process.off(name, onSignal);
  };
  return { signal: controller.signal, release, received: () => received };
}

/** A stop that was asked for is no failure: SIGTERM exits 0. */
const exitCodeFor = name => (name === 'SIGTERM' ? 0 : 130);

/**
 * Prepares, then hands over. A step that fails is told in its own words; anything else keeps its stack.
 * @param prepare gets the abort signal
 * @param takeOver runs when all is prepared; signals are its own then
 */
export async function prepareThen(prepare, takeOver) {
  const interrupt = listenForInterrupt();
  try {
    await prepare(interrupt.signal);
  } catch (error) {
    if (interrupt.received() !== null) process.exit(exitCodeFor(interrupt.received()));
    say(error instanceof StepFailed ? error.message : (error.stack ?? String(error)));
    process.exit(1);
  }
  if (interrupt.received() !== null) process.exit(exitCodeFor(interrupt.received()));
  interrupt.release();
  await takeOver();
}
