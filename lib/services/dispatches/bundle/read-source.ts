import { GroupCommit } from '../../../kernel/group-commit';
import type { ObjectId } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findAsTheyStand, type WorkKind } from '../../../store/work-items';
import type { Plane } from '../../context';

type Found = Awaited<ReturnType<typeof findAsTheyStand>>[number];
type Read = GroupCommit<ObjectId, Found | null>;

/** Alone one is read at once; more side by side would only be smaller batches. */
const ABREAST = 2;
const MOST_TOGETHER = 100;

const reads = new WeakMap<Plane, Record<WorkKind, Read>>();

/**
 * What a claim names, as it stands. Of eight orchestrators that claim each message at its event seven ask for what is
 * taken already, the more of them one by one the later they are: those that come together are read together. Nobody is
 * told what was read before they asked.
 */
export async function readSource(
  plane: Plane,
  tenantId: string,
  { kind, id }: { kind: WorkKind; id: ObjectId },
): Promise<Found | null> {
  const ofPlane = reads.get(plane) ?? { message: readsOf(plane, 'message'), task: readsOf(plane, 'task') };
  reads.set(plane, ofPlane);
  const found = await ofPlane[kind].submit(id);
  // One that a driver put there and nobody took up yet may not say whose it is.
  return found && (found.tenantId ?? tenantId) === tenantId ? found : null;
}

function readsOf({ collections }: Plane, kind: WorkKind): Read {
  const run = async (ids: ObjectId[]) => {
    const found = new Map((await findAsTheyStand(collections, kind, ids)).map(row => [hex(row._id), row]));
    return ids.map(id => found.get(hex(id)) ?? null);
  };
  return new GroupCommit({ run, abreast: ABREAST, mostTogether: MOST_TOGETHER });
}
