import type { ObjectId } from '../../../store/documents';
import { forgetMalformed, recordMalformed } from '../../../store/malformed';
import type { Plane } from '../../context';

/** What each was listed with: a sweep that comes by again has nothing new to say. */
const malformed = new WeakMap<Plane, Map<string, string>>();
/** Beyond this many a mended one may stay listed until it is looked at again. */
const MALFORMED_REMEMBERED = 20_000;

export interface Refused {
  id: ObjectId;
  tenantId: string;
  reason: string;
}

/** Lists them for people. */
export async function refuseAll(plane: Plane, refused: Refused[]): Promise<void> {
  const known = malformed.get(plane) ?? new Map<string, string>();
  malformed.set(plane, known);
  const fresh = refused.filter(({ id, reason }) => known.get(id.toHexString()) !== reason);
  await Promise.all(
    fresh.map(async ({ id, tenantId, reason }) => {
      const documentId = id.toHexString();
      await recordMalformed(plane.collections, { tenantId, collection: 'messages', documentId, reason });
      if (known.size < MALFORMED_REMEMBERED) known.set(documentId, reason);
    }),
  );
}

/** It is none any more. Only what this process saw malformed can have been mended since. */
export function noLongerMalformed(plane: Plane, id: ObjectId): void {
  const documentId = id.toHexString();
  if (!malformed.get(plane)?.delete(documentId)) return;
  forgetMalformed(plane.collections, 'messages', documentId).catch(error =>
    plane.log.debug({ err: error }, 'still listed as malformed'),
  );
}
