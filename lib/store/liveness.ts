import type { Filter } from 'mongodb';
import type { Liveness } from '../domain/dispatch/schema';
import type { AgentTypeDocument, DispatchDocument } from './documents';

/** Agent types that call the same silence quiet and stuck. */
export interface Patience {
  slugs: string[];
  quietAfterMs: number;
  stuckAfterMs: number;
}

export function patienceOf(types: Pick<AgentTypeDocument, 'slug' | 'thresholds'>[]): Patience[] {
  const alike = new Map<string, Patience>();
  for (const { slug, thresholds } of types) {
    const { quietAfterMs, stuckAfterMs } = thresholds;
    const key = `${quietAfterMs} ${stuckAfterMs}`;
    const same = alike.get(key);
    if (same) same.slugs.push(slug);
    else alike.set(key, { slugs: [slug], quietAfterMs, stuckAfterMs });
  }
  return [...alike.values()];
}

type Rows = Filter<DispatchDocument>;

/** None asked for matches none; `$or` of nothing is an error. */
const anyOf = (rows: Rows[]): Rows => (rows.length === 0 ? { agentType: { $in: [] } } : { $or: rows });
const ofTypes = ({ slugs }: Patience): Rows => ({ agentType: { $in: slugs } });

/** Said nothing since: the claim first, for the index has it, and what was claimed since is not looked at. */
function silentSince(ms: number): Rows {
  const since = new Date(ms);
  const notAfter = { $not: { $gt: since } };
  return { claimedAt: { $lte: since }, resumedAt: notAfter, 'progress.at': notAfter };
}

const AT_WORK: Rows = { status: { $in: ['running', 'cancelling'] } };

/** What `livenessOf` says these of; a page of a list must have what it shows, however many others there are. */
export function inLiveness(wanted: readonly Liveness[], patience: Patience[], now: number): Rows {
  const inTime = new Date(now);
  const heard: Rows = { ...AT_WORK, leaseUntil: { $gte: inTime } };
  const ROWS: Record<Liveness, () => Rows> = {
    lost: () =>
      anyOf([
        { status: { $in: ['lapsed', 'unresponsive'] } },
        { ...AT_WORK, leaseUntil: { $not: { $gte: inTime } } } as Rows,
      ]),
    stuck: () => ({
      ...heard,
      ...anyOf(patience.map(each => ({ ...ofTypes(each), ...silentSince(now - each.stuckAfterMs) }))),
    }),
    quiet: () => ({
      ...heard,
      ...anyOf(
        patience.map(each => ({
          ...ofTypes(each),
          ...silentSince(now - each.quietAfterMs),
          $nor: [silentSince(now - each.stuckAfterMs)],
        })),
      ),
    }),
    ok: () => ({
      ...heard,
      ...anyOf([
        ...patience.map(each => ({
          ...ofTypes(each),
          $nor: [silentSince(now - Math.min(each.quietAfterMs, each.stuckAfterMs))],
        })),
        // Of a type that is gone: judged by its lease alone.
        { agentType: { $nin: patience.flatMap(({ slugs }) => slugs) } },
      ]),
    }),
  };
  return anyOf([...new Set(wanted)].map(liveness => ROWS[liveness]()));
}
