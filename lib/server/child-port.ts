import { setTimeout as sleep } from 'node:timers/promises';
import { steadyClock } from '../kernel/clock';
import { freePort } from './free-port';
import { refusedPort, type WantedPort } from './http-server';

/** What the child of a killed server may take to leave the port: it hears of its parent's end at once. */
const LEAVES_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * The port that a child is told to listen on, seen to be free. A child that cannot listen would be started again for
 * ever behind a server that says it runs. Throws with the name of the variable.
 */
export async function childPort(wanted: WantedPort): Promise<number> {
  const giveUpAtMs = steadyClock.now() + LEAVES_WITHIN_MS;
  for (;;) {
    try {
      return await freePort(wanted.host, wanted.port);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || steadyClock.now() >= giveUpAtMs) throw refusedPort(error as Error, wanted);
    }
    await sleep(LOOK_EVERY_MS);
  }
}
