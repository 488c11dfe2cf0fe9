import { must } from '../../../kernel/assert';
import { adoptMessages } from '../../../store/adoption';
import type { ObjectId, ThreadDocument } from '../../../store/documents';
import { givePlaces, insertThread, type NewThread } from '../../../store/threads';
import { crashPoint } from '../../../telemetry/crash-point';
import type { Plane } from '../../context';
import { reopenThread } from './lost-thread';
import type { AdoptionPlan } from './plan-adoption';
import { refuseAll } from './refuse-malformed';
import { seeToThreads } from '../see-to-threads';

/**
 * Two writes for all of them, the places and then the messages: one after the other, each would wait for a majority
 * twice, and beside a frozen member that is half a second a time, slower than work comes in.
 */
export async function adoptInThreads(plane: Plane, plans: AdoptionPlan[]): Promise<void> {
  const threads = new Map<string, AdoptionPlan[]>();
  for (const plan of plans) {
    const key = `${plan.thread.tenantId}/${plan.thread._id.toHexString()}`;
    threads.set(key, [...(threads.get(key) ?? []), plan]);
  }
  const placed = await Promise.all([...threads.values()].map(inThread => placeInThread(plane, inThread)));
  const adoptions = placed.flat();
  await adoptMessages(plane.collections, adoptions);
  await seeToThreads(
    plane,
    adoptions.map(({ defaults }) => defaults),
  );
}

async function placeInThread(plane: Plane, plans: AdoptionPlan[]): Promise<AdoptionPlan['adoption'][]> {
  const { thread } = plans[0]!;
  const c = plane.collections;
  const ids = plans.map(({ adoption }) => adoption.document._id);
  const opened = (await givePlaces(c, thread, ids)) ?? (await givePlacesInMade(plane, thread, ids));
  if (!opened) {
    const reason = `threadId: '${String(thread._id)}' is not a thread of tenant '${thread.tenantId}'`;
    const { tenantId } = thread;
    await refuseAll(
      plane,
      plans.map(({ adoption: { document } }) => ({ id: document._id, tenantId, reason })),
    );
    return [];
  }
  crashPoint('adopt:after-place');
  const places = new Map(opened.places?.map(({ id, seq }) => [id.toHexString(), seq]));
  return plans.map(({ adoption }) => {
    const seq = must(places.get(adoption.document._id.toHexString()), 'a place that was just given');
    return { ...adoption, defaults: { ...adoption.defaults, seq, projectId: opened.projectId } };
  });
}

/** Named by raw messages and not there: it may still be coming, after the message that opened it; else it is made. */
async function givePlacesInMade(plane: Plane, thread: NewThread, ids: ObjectId[]): Promise<ThreadDocument | null> {
  const { collections: c } = plane;
  const isBack = await reopenThread(plane, thread.tenantId, thread._id);
  if (!isBack) await insertThread(c, { ...thread, lastSeq: 0, messageCount: 0 });
  return givePlaces(c, thread, ids);
}
