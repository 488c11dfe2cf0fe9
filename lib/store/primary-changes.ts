import type { MongoClient, TopologyDescription } from 'mongodb';
import type { Collections } from './collections';

const counters = new WeakMap<MongoClient, { count: number }>();

/**
 * How often this process has seen another primary, or none. Where two looks agree, what was written between them was
 * written to one primary: a majority for the later write is one for the earlier. A driver that goes to a new primary has
 * told of it before.
 */
export function primaryChanges({ dispatches }: Collections): number {
  const { client } = dispatches.db;
  const known = counters.get(client);
  if (known) return known.count;
  const counter = { count: 0 };
  client.on('topologyDescriptionChanged', ({ previousDescription, newDescription }) => {
    if (primaryIn(previousDescription) !== primaryIn(newDescription)) counter.count += 1;
  });
  counters.set(client, counter);
  return counter.count;
}

/** The same member may be elected again: then its election differs. */
function primaryIn({ servers }: TopologyDescription): string {
  const primary = [...servers.values()].find(({ type }) => type === 'RSPrimary');
  return primary ? `${primary.address} ${primary.electionId?.toHexString() ?? ''}` : '';
}
