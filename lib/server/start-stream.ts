import { allows } from '../auth/policy';
import type { Plane } from '../services/context';
import { TreeReader } from '../services/projects/tree-reader';
import { createChangeSource } from '../store/change-source';
import { recordMalformed } from '../store/malformed';
import { Hub } from '../stream/hub';
import { parsePosition, positionTimeMs, tokenOf } from '../wire/position';
import type { Config } from './config';
import { followEvents } from './follow-events';
import { streamCounters } from './stream-counters';

export interface StartedStream {
  hub: Hub;
  stop(): Promise<void>;
}

interface StreamOptions {
  config: Pick<Config, 'database' | 'maxStreams' | 'maxStreamsPerPrincipal'>;
  mongodbUri: string;
  /** Whether this process also takes up raw inserts: events processes only stream. */
  adopts: boolean;
}

/** What was read later than this, after an outage, may be gone by now: it is read as it stands. */
const RAW_FRESH_MS = 2_000;

/** The one change stream of this process, its hub, and what listens to it in-process. */
export async function startStream(plane: Plane, { config, mongodbUri, adopts }: StreamOptions): Promise<StartedStream> {
  const source = createChangeSource({
    uri: mongodbUri,
    database: config.database,
    log: plane.log,
    onMalformed: ({ collection, id, tenantId, reason }) => {
      recordMalformed(plane.collections, { tenantId, collection, documentId: id, reason }).catch(error =>
        plane.log.warn({ err: error }, 'a malformed document could not be listed'),
      );
    },
    onRaw: (document, atMs) => {
      const isFresh = plane.clock.now() - atMs < RAW_FRESH_MS;
      if (adopts && isFresh) plane.rawIntake.note(document._id.toHexString(), document);
    },
  });
  const hub = new Hub({
    source,
    log: plane.log,
    projects: plane.projects,
    authorize: principal => allows(principal.role, 'events:read'),
    limits: { maxStreams: config.maxStreams, maxStreamsPerPrincipal: config.maxStreamsPerPrincipal },
  });
  plane.stream = {
    state: () => hub.state,
    judge: position => hub.judge(position),
    timeMs: position => {
      const parsed = parsePosition(position);
      return parsed ? positionTimeMs(tokenOf(parsed.point)) : null;
    },
    recent: query => hub.recent(query),
    eventsPerSecond: () => hub.metrics().eventsPerSecond,
    counters: () => streamCounters(hub.metrics()),
    lagMs: () => hub.metrics().lagMs,
    endConsumer: (tenantId, name) => hub.endConsumer(tenantId, name),
  };
  const tree = new TreeReader(plane);
  const unfollow = followEvents(plane, hub, tree, adopts);
  hub.start();
  await hub.ready();
  // What changed between the tree's first load and the stream's beginning, no event tells.
  await tree.read();
  return {
    hub,
    stop: async () => {
      unfollow();
      tree.stop();
      await hub.stop();
      await source.close();
    },
  };
}
