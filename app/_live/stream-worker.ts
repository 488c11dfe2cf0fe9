import { newIdempotencyKey } from './idempotency-key';
import { openLiveSource } from './live-source';
import type { TabMessage } from './share-protocol';
import { StreamShare } from './stream-share';

/** Entry of the SharedWorker: the browser's one event stream. */

/**
 * A lock that is held as long as this worker lives: its tabs queue for it, and get it when the worker is gone. Nothing
 * else tells them at once (seen in Chromium 156: no error, and no `close` on the port). Null where there are no locks,
 * as on plain http; there they find out by its silence.
 */
function holdLock(): Promise<string | null> {
  const name = `switchboard-events-${newIdempotencyKey()}`;
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) return Promise.resolve(null);
  return new Promise(resolve => {
    const forever = new Promise<void>(() => undefined);
    const held = (): Promise<void> => {
      resolve(name);
      return forever;
    };
    locks.request(name, held).catch(() => resolve(null));
  });
}

const share = holdLock().then(lock => new StreamShare(openLiveSource, lock));

globalThis.addEventListener('connect', event => {
  for (const port of (event as MessageEvent).ports) {
    void share.then(to => {
      const tab = to.attach({ send: message => port.postMessage(message) });
      port.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => tab.receive(data));
      port.start();
    });
  }
});
