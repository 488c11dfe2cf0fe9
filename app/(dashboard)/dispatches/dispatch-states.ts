import type { Thresholds } from '@/lib/domain/agent-type/schema';
import type { DispatchRecord, DispatchStatus } from '@/lib/domain/dispatch/schema';
import { formatDuration } from '@/app/_ui/duration';

/** What the list can be narrowed to: of what is open first, then of what came to nothing. */
export const DISPATCH_STATES = ['running', 'quiet', 'stuck', 'waiting', 'failed', 'lost'] as const;
export type DispatchState = (typeof DISPATCH_STATES)[number];

interface StateWords {
  label: string;
  /** Said where there is none. */
  none: string;
}
export const STATE_WORDS: Record<DispatchState, StateWords> = {
  running: { label: 'Running', none: 'Nothing runs.' },
  quiet: { label: 'Quiet', none: 'Nothing is quiet.' },
  stuck: { label: 'Stuck', none: 'Nothing is stuck.' },
  waiting: { label: 'Waiting', none: 'Nothing waits for an answer.' },
  failed: { label: 'Failed', none: 'No attempt has failed.' },
  lost: { label: 'Lost', none: 'No attempt was lost: each was heard of until its end.' },
};

/** States of what is over, by the statuses the API has them under. Such a list only grows: it is read by pages. */
const OVER: Partial<Record<DispatchState, readonly DispatchStatus[]>> = {
  failed: ['failed'],
  lost: ['lapsed', 'unresponsive'],
};
export const statusesOver = (state: DispatchState | null): readonly DispatchStatus[] | null =>
  state === null ? null : (OVER[state] ?? null);

type Standing = Pick<DispatchRecord, 'id' | 'status' | 'liveness' | 'times'>;

/** One word for a row: how it is heard of says more than that it runs. */
export const wordOf = ({ status, liveness }: Standing): string =>
  status === 'running' && liveness !== null && liveness !== 'ok' ? liveness : status;

/** Of an open one. A stop that was asked for has not ended it: it runs, and holds its place, until it is heard. */
export const isIn = (state: DispatchState, dispatch: Standing): boolean =>
  state === 'running' ? dispatch.status === 'running' || dispatch.status === 'cancelling' : wordOf(dispatch) === state;

/** Null: not all of that state was read. */
export type StateCounts = Record<DispatchState, number | null>;

/** Of what is open these are looked for; the others are the many. */
const APART = ['stuck', 'quiet', 'waiting'] as const satisfies readonly DispatchState[];
type ApartState = (typeof APART)[number];
export const isApart = (state: DispatchState | null): state is ApartState =>
  (APART as readonly (DispatchState | null)[]).includes(state);

interface Rows<T> {
  items: readonly T[];
  /** There are more. */
  isCut: boolean;
}

/**
 * What is open, each once. Where there are more than one view reads, the rest of a state comes from a read of its own:
 * the one that is stuck is the oldest, and the newest thousand were without it.
 */
export function gatherOpen<T extends Standing>(open: Rows<T>, apart: Record<ApartState, Rows<T> | undefined>) {
  const parts = open.isCut ? APART.map(state => apart[state]?.items ?? []) : [];
  const items = [...new Map([open.items, ...parts].flat().map(dispatch => [dispatch.id, dispatch])).values()];
  const isWhole = (state: DispatchState) => !open.isCut || (isApart(state) && apart[state]?.isCut === false);
  const count = (state: DispatchState) =>
    isWhole(state) ? items.filter(dispatch => isIn(state, dispatch)).length : null;
  const counts = Object.fromEntries(DISPATCH_STATES.map(state => [state, count(state)])) as StateCounts;
  return { items, counts, openCount: open.isCut ? null : items.length };
}

/** What its agent type allows, or that is not known (yet). */
type Limits = Pick<Thresholds, 'quietAfterMs' | 'stuckAfterMs'> | undefined;

/** How long nothing was said of it and how long its agent type allows; null where that was not passed. */
export function silenceOf(dispatch: DispatchRecord, limits: Limits, nowMs: number): string | null {
  const word = wordOf(dispatch);
  if (limits === undefined || (word !== 'stuck' && word !== 'quiet')) return null;
  const { claimedAt, resumedAt, progressAt } = dispatch.times;
  const heardAt = Math.max(...[claimedAt, resumedAt, progressAt].map(at => (at ? Date.parse(at) : 0)));
  const limitMs = word === 'stuck' ? limits.stuckAfterMs : limits.quietAfterMs;
  // The server has said that it was passed; this clock may be behind.
  const silentMs = Math.max(limitMs, nowMs - heardAt);
  return `silent ${formatDuration(silentMs)} · limit ${formatDuration(limitMs)}`;
}

/** Since when it is as it is. */
export function sinceOf({ status, times }: Standing): string {
  if (times.endedAt !== null) return times.endedAt;
  return (status === 'waiting' ? times.waitingSince : times.resumedAt) ?? times.claimedAt;
}

const WORST_FIRST = ['lost', 'stuck', 'quiet', 'cancelling', 'running', 'waiting'];

/** What may need somebody stands first, and what is longest so; nothing that progress moves, so that rows hold still. */
export const byTrouble = (a: Standing, b: Standing): number =>
  WORST_FIRST.indexOf(wordOf(a)) - WORST_FIRST.indexOf(wordOf(b)) ||
  sinceOf(a).localeCompare(sinceOf(b)) ||
  a.id.localeCompare(b.id);

/** Where it can be seen whole and be stopped. */
export function placeOf({ id, source, threadId }: Pick<DispatchRecord, 'id' | 'source' | 'threadId'>): string {
  if (source.kind === 'task') return `/tasks/${source.id}`;
  return threadId === null
    ? `/activity?subjectKind=dispatch&subjectId=${id}`
    : `/threads/${threadId}?message=${source.id}`;
}
