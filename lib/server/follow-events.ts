import type { PlaneEvent } from '../domain/event/schema';
import type { Plane } from '../services/context';
import { TypeReactions } from '../services/agent-types/type-reactions';
import type { TreeReader } from '../services/projects/tree-reader';
import type { Hub } from '../stream/hub';

/** What this process does at once when the stream shows a change. All of it is a hint: sweeps do the same later. */
export function followEvents(plane: Plane, hub: Hub, tree: TreeReader, adopts: boolean): () => void {
  const reactions = new TypeReactions(plane);
  const stops = [
    hub.onEvent(event => {
      const follow = FOLLOWERS[event.type];
      follow?.(plane, event, adopts);
      if (TREE_CHANGES.has(event.type)) void tree.read();
      const { tenantId, data } = event;
      const slug = data['slug'];
      if (adopts && follow === typeChanged && typeof slug === 'string') reactions.note({ id: data.id, tenantId, slug });
    }),
    hub.onReset(() => {
      plane.agentTypes.clear();
      plane.authCache.clear();
      void tree.read();
    }),
  ];
  return () => {
    stops.forEach(stop => stop());
    void reactions.stop();
  };
}

type Follower = (plane: Plane, event: PlaneEvent, adopts: boolean) => void;

const workCreated =
  (kind: 'message' | 'task'): Follower =>
  (plane, { data, tenantId }, adopts) => {
    plane.streamedTimes.note(data.id, new Date(data.at), plane.clock.now());
    if (!adopts) return;
    // One that the plane itself made has its place in its thread already.
    if (kind === 'message' && typeof data['seq'] === 'number') return plane.doorbell.ring(tenantId);
    if (kind === 'message') plane.rawIntake.note(data.id);
    plane.adoption.note(kind, data.id);
    plane.doorbell.ring(tenantId);
  };

const ring: Follower = (plane, { tenantId }) => plane.doorbell.ring(tenantId);
const typeChanged: Follower = (plane, { tenantId, data }) => {
  if (typeof data['slug'] === 'string') plane.agentTypes.forget(tenantId, data['slug']);
};
const TREE_CHANGES = new Set<PlaneEvent['type']>(['project-created', 'project-updated', 'project-deleted']);

const FOLLOWERS: Partial<Record<PlaneEvent['type'], Follower>> = {
  'message-created': workCreated('message'),
  'task-created': workCreated('task'),
  'message-updated': (plane, { data, tenantId }) => {
    plane.rawIntake.forget(data.id);
    // With its place: what a driver wrote into a raw one does not count.
    if (typeof data['seq'] === 'number') plane.adoption.forget(data.id);
    plane.doorbell.ring(tenantId);
  },
  'task-updated': ring,
  'dispatch-updated': ring,
  'agent-type-created': typeChanged,
  'agent-type-updated': typeChanged,
  'agent-type-deleted': typeChanged,
};
