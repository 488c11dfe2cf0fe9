import type { PlaneEvent } from '../domain/event/schema';
import type { Plane } from '../services/context';
import { reconcileHolds } from '../services/agent-types/reconcile-holds';
import { adoptWork } from '../services/messages/adopt-work';
import { bodyId } from '../store/ids';
import type { Hub } from '../stream/hub';

/** What this process does at once when the stream shows a change. All of it is a hint: sweeps do the same later. */
export function followEvents(plane: Plane, hub: Hub, adopts: boolean): () => void {
  const stops = [
    hub.onEvent(event => {
      const follow = FOLLOWERS[event.type];
      follow?.(plane, event, adopts);
    }),
    hub.onReset(() => {
      plane.agentTypes.clear();
      plane.authCache.clear();
      void plane.projects.refresh().catch(() => undefined);
    }),
  ];
  return () => stops.forEach(stop => stop());
}

type Follower = (plane: Plane, event: PlaneEvent, adopts: boolean) => void;

const workCreated =
  (kind: 'message' | 'task'): Follower =>
  (plane, { data, tenantId }, adopts) => {
    plane.streamedTimes.note(data.id, new Date(data.at), plane.clock.now());
    if (!adopts) return;
    adoptWork(plane, kind, bodyId('id', data.id)).catch(error =>
      plane.log.warn({ err: error, id: data.id }, 'a raw insert was not taken up yet; the sweep tries again'),
    );
    plane.doorbell.ring(tenantId);
  };

const ring: Follower = (plane, { tenantId }) => plane.doorbell.ring(tenantId);
const typeChanged: Follower = (plane, { tenantId, data }, adopts) => {
  const slug = data['slug'];
  if (typeof slug !== 'string') return;
  plane.agentTypes.forget(tenantId, slug);
  if (!adopts) return;
  reconcileHolds(plane, tenantId, slug).catch(error =>
    plane.log.warn({ err: error, slug }, 'held work was not looked at yet; the sweep does it'),
  );
};
const projectChanged: Follower = plane => {
  void plane.projects.refresh().catch(() => undefined);
};

const FOLLOWERS: Partial<Record<PlaneEvent['type'], Follower>> = {
  'message-created': workCreated('message'),
  'task-created': workCreated('task'),
  'message-updated': ring,
  'task-updated': ring,
  'dispatch-updated': ring,
  'agent-type-created': typeChanged,
  'agent-type-updated': typeChanged,
  'agent-type-deleted': typeChanged,
  'project-created': projectChanged,
  'project-updated': projectChanged,
  'project-deleted': projectChanged,
};
