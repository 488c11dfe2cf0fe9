import type { Document } from 'mongodb';
import { SESSION_IDLE_MS } from '../domain/session/schema';
import type { Hop } from '../domain/stats/schema';
import type { Collections } from './collections';
import { inLiveness, type Patience } from './liveness';

/**
 * Numbers over a window. Each query stands on an index that holds every field it reads: dispatches carry outputs of
 * 64,000 characters, and ten thousand of them must not be fetched for six times each.
 */

/** The newest rows of a window: a p99 stands on twenty of them, and more make it dearer, not better. */
const MOST_SAMPLES = 2_000;
/** Calls counted a tool: past this the newest tell the shares, and the total is counted apart. */
const MOST_COUNTED = 50_000;

export type HopSamples = Record<Hop, number[]>;
export interface Window {
  tenantId: string;
  since: Date;
}

/** Null is no sample, and so is what lies between two fields that are not both times: a driver may have written them. */
const between = (from: string, to: string): Document => {
  const areTimes = [from, to].map(field => ({ $eq: [{ $type: `$${field}` }, 'date'] }));
  return { $cond: [{ $and: areTimes }, { $subtract: [`$${to}`, `$${from}`] }, null] };
};
const samples = (from: string, to: string): Document => ({ $push: between(from, to) });
/** A retry's clock began with the attempt before it: what came before the claim is told of first attempts only. */
const firstAttempt = (from: string, to: string): Document => ({
  $push: { $cond: [{ $eq: ['$attempt', 1] }, between(from, to), null] },
});

export async function readHops(c: Collections, { tenantId, since }: Window): Promise<HopSamples> {
  const newest = (field: string, filter: Document, group: Document) =>
    c.dispatches
      .aggregate<Record<string, (number | null)[]>>([
        { $match: { tenantId, ...filter, [field]: { $gte: since, $type: 'date' } } },
        { $sort: { [field]: -1 } },
        { $limit: MOST_SAMPLES },
        { $group: { _id: null, ...group } },
      ])
      .next();
  const [claimed, done, read] = await Promise.all([
    newest(
      'claimedAt',
      {},
      {
        storedToStreamed: firstAttempt('storedAt', 'streamedAt'),
        streamedToClaimed: firstAttempt('streamedAt', 'claimedAt'),
        storedToClaimed: firstAttempt('storedAt', 'claimedAt'),
        claimedToStarted: samples('claimedAt', 'firstHeartbeatAt'),
      },
    ),
    newest(
      'endedAt',
      { status: 'done' },
      {
        claimedToDone: samples('claimedAt', 'endedAt'),
        storedToDone: samples('storedAt', 'endedAt'),
      },
    ),
    readMessages(c, { tenantId, since }),
  ]);
  const numbers = (hop: Hop): number[] =>
    ({ ...claimed, ...done, ...read })[hop]?.filter(value => value !== null) ?? [];
  return {
    storedToStreamed: numbers('storedToStreamed'),
    streamedToClaimed: numbers('streamedToClaimed'),
    storedToClaimed: numbers('storedToClaimed'),
    claimedToStarted: numbers('claimedToStarted'),
    claimedToRead: numbers('claimedToRead'),
    claimedToDone: numbers('claimedToDone'),
    storedToDone: numbers('storedToDone'),
  };
}

/** Reading is acknowledged on the message, by the agent that claimed it. */
const readMessages = (c: Collections, { tenantId, since }: Window) =>
  c.messages
    .aggregate<Record<string, (number | null)[]>>([
      { $match: { tenantId, 'ledger.readAt': { $gte: since, $type: 'date' } } },
      { $sort: { 'ledger.readAt': -1 } },
      { $limit: MOST_SAMPLES },
      { $group: { _id: null, claimedToRead: samples('ledger.claimedAt', 'ledger.readAt') } },
    ])
    .next();

export interface ToolSamples {
  tool: string;
  calls: number;
  errors: number;
  durationsMs: number[];
}

export interface ToolCallNumbers {
  total: number;
  errors: number;
  inFlight: number;
  tools: ToolSamples[];
}

/** Any driver may have written it. */
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export async function readToolCalls(c: Collections, window: Window): Promise<ToolCallNumbers> {
  const { tenantId, since } = window;
  const newest = (most: number): Document[] => [
    { $match: { tenantId, startedAt: { $gte: since } } },
    { $sort: { startedAt: -1 } },
    { $limit: most },
  ];
  const [counts, newestCalls, inFlight] = await Promise.all([
    c.toolCalls
      .aggregate<{ _id: { tool: string; status: string }; count: number }>([
        ...newest(MOST_COUNTED),
        { $group: { _id: { tool: '$tool', status: '$status' }, count: { $sum: 1 } } },
      ])
      .toArray(),
    c.toolCalls
      .aggregate<{ _id: string; durations: unknown[] }>([
        ...newest(MOST_SAMPLES),
        { $group: { _id: '$tool', durations: { $push: '$durationMs' } } },
      ])
      .toArray(),
    c.toolCalls.countDocuments({ tenantId, status: 'started' }),
  ]);
  const durations = new Map(newestCalls.map(row => [row._id, row.durations.filter(isNumber)]));
  const tools = new Map<string, ToolSamples>();
  for (const { _id, count } of counts) {
    const row = tools.get(_id.tool) ?? {
      tool: _id.tool,
      calls: 0,
      errors: 0,
      durationsMs: durations.get(_id.tool) ?? [],
    };
    row.calls += count;
    if (_id.status === 'error') row.errors += count;
    tools.set(_id.tool, row);
  }
  const rows = [...tools.values()].sort((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1));
  const sum = (field: 'calls' | 'errors') => rows.reduce((total, row) => total + row[field], 0);
  const all =
    sum('calls') < MOST_COUNTED ? { total: sum('calls'), errors: sum('errors') } : await countCalls(c, window);
  return { ...all, inFlight, tools: rows };
}

async function countCalls(c: Collections, { tenantId, since }: Window): Promise<{ total: number; errors: number }> {
  const startedAt = { $gte: since };
  const [total, errors] = await Promise.all([
    c.toolCalls.countDocuments({ tenantId, startedAt }),
    c.toolCalls.countDocuments({ tenantId, status: 'error', startedAt }),
  ]);
  return { total, errors };
}

export const countActiveSessions = (c: Collections, tenantId: string, now: Date): Promise<number> =>
  c.sessions.countDocuments({
    tenantId,
    status: 'open',
    lastActiveAt: { $gt: new Date(now.getTime() - SESSION_IDLE_MS) },
  });

export interface TypeCounts {
  running: number;
  waiting: number;
  held: number;
}

/** What runs and what waits, by agent type; from the indexes that claims use. */
export async function countWorkByType(c: Collections, tenantId: string): Promise<Map<string, TypeCounts>> {
  const counts = new Map<string, TypeCounts>();
  const add = (slug: string, field: keyof TypeCounts, count: number) => {
    const entry = counts.get(slug) ?? { running: 0, waiting: 0, held: 0 };
    entry[field] += count;
    counts.set(slug, entry);
  };
  const [running, messages, tasks] = await Promise.all([
    c.dispatches.aggregate<Grouped>(grouped(tenantId, ['running', 'cancelling'], 'agentType')).toArray(),
    c.messages.aggregate<Grouped>(grouped(tenantId, ['queued', 'held'], 'assignedTo')).toArray(),
    c.tasks.aggregate<Grouped>(grouped(tenantId, ['ready', 'held'], 'assignedTo')).toArray(),
  ]);
  for (const { _id, count } of running) add(_id.by, 'running', count);
  for (const { _id, count } of [...messages, ...tasks]) add(_id.by, _id.status === 'held' ? 'held' : 'waiting', count);
  return counts;
}

/** What runs and is stuck. Only what was claimed that long ago is looked at, so that it costs nothing while all goes on. */
export const countStuck = (c: Collections, tenantId: string, now: number, patience: Patience[]): Promise<number> =>
  c.dispatches.countDocuments({ tenantId, status: 'running', $and: [inLiveness(['stuck'], patience, now)] });

interface Grouped {
  _id: { status: string; by: string };
  count: number;
}

const grouped = (tenantId: string, statuses: string[], by: string): Document[] => [
  { $match: { tenantId, status: { $in: statuses } } },
  { $group: { _id: { status: '$status', by: `$${by}` }, count: { $sum: 1 } } },
];

export const countDoneSince = (c: Collections, tenantId: string, since: Date): Promise<number> =>
  c.dispatches.countDocuments({ tenantId, status: 'done', endedAt: { $gte: since, $type: 'date' } });

export async function countDead(c: Collections, tenantId: string): Promise<number> {
  const [messages, tasks] = await Promise.all([
    c.messages.countDocuments({ tenantId, status: 'dead' }),
    c.tasks.countDocuments({ tenantId, status: 'dead' }),
  ]);
  return messages + tasks;
}
