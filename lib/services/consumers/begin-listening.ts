import { beginPresence } from '../../store/presence';
import type { Plane } from '../context';

/** Nobody can be connected to a plane that is down: orchestrators are missed from its start on. */
export async function beginListening({ collections, log }: Plane): Promise<void> {
  await beginPresence(collections).catch((error: unknown) => log.debug({ err: error }, 'presence not written'));
}
