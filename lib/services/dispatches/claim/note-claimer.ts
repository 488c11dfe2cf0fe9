import type { Principal } from '../../../domain/identity/schema';
import { ageMs, SECOND_MS } from '../../../kernel/clock';
import { LruMap } from '../../../kernel/lru-map';
import { touchPresence } from '../../../store/presence';
import type { Context, Plane } from '../../context';

/** Well inside the time after which a claimer counts as gone; a write a claim would double its cost. */
const NOTE_EVERY_MS = 3 * SECOND_MS;
const REMEMBERED = 2_000;

const noted = new WeakMap<Plane, LruMap<string, number>>();

export const claimerId = ({ tenantId, id }: Pick<Principal, 'tenantId' | 'id'>, consumer: string): string =>
  `claim:${tenantId}:${id}:${consumer}`;

/** Whoever claims is listening, stream or not: counted among the orchestrators connected. */
export function noteClaimer({ plane, principal }: Context, consumer: string): void {
  const id = claimerId(principal, consumer);
  const times = noted.get(plane) ?? new LruMap<string, number>(REMEMBERED);
  noted.set(plane, times);
  const nowMs = plane.clock.now();
  if (ageMs(times.get(id) ?? 0, nowMs) < NOTE_EVERY_MS) return;
  times.set(id, nowMs);
  touchPresence(plane.collections, {
    _id: id,
    tenantId: principal.tenantId,
    role: principal.role,
    principalId: principal.id,
    consumer,
    kind: 'claim',
    process: plane.processName,
  }).catch(error => plane.log.debug({ err: error }, 'presence not written'));
}
