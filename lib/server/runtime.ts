import type { HttpDoor } from '../http/door';
import type { Hub } from '../stream/hub';

/**
 * What one process has built at boot. Next bundles `lib` a second time for its own routes; what must exist once (the
 * hub, the clients) is therefore handed over on the global object and nowhere else.
 */
export interface Runtime {
  door: HttpDoor;
  hub: Hub;
}

const SLOT = Symbol.for('switchboard');
type Global = typeof globalThis & { [SLOT]?: Runtime };

export const setRuntime = (runtime: Runtime | undefined): void => {
  (globalThis as Global)[SLOT] = runtime;
};

export const getRuntime = (): Runtime | undefined => (globalThis as Global)[SLOT];
