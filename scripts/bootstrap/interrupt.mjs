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

/** What a shell gives for a process that a signal ended. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 };
/** A server that stops when asked has not failed. */
const STOPPED_EXIT = { SIGINT: 130, SIGTERM: 0 };

/**
 * Prepares, then hands over. A step that fails is told in its own words; anything else keeps its stack.
 * @param prepare gets the abort signal
 * @param takeOver runs when all is prepared; signals are its own then
 * @param exitCodes by signal: a job that was interrupted has not done what it was for, a server has
 */
export async function prepareThen(prepare, takeOver, exitCodes = STOPPED_EXIT) {
  const interrupt = listenForInterrupt();
  try {
    await prepare(interrupt.signal);
  } catch (error) {
    if (interrupt.received() !== null) process.exit(exitCodes[interrupt.received()]);
    say(error instanceof StepFailed ? error.message : (error.stack ?? String(error)));
    process.exit(1);
  }
  if (interrupt.received() !== null) process.exit(exitCodes[interrupt.received()]);
  interrupt.release();
  untilHandled(exitCodes);
  await takeOver();
}

/**
 * Loading what takes over is a good part of a second, in which a signal would end the process by default, with the
 * code of a failure. The first listener of the one who took over ends this one's turn.
 */
function untilHandled(exitCodes) {
  const leave = name => process.exit(exitCodes[name]);
  for (const name of ['SIGINT', 'SIGTERM']) {
    process.on(name, leave);
    const handOver = added => {
      if (added !== name) return;
      process.off('newListener', handOver);
      // Once the other one listens: a signal that has lost its last listener does its worst again.
      queueMicrotask(() => process.off(name, leave));
    };
    process.on('newListener', handOver);
  }
}
