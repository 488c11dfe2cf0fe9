import { describe, expect, it } from 'vitest';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import {
  byTrouble,
  gatherOpen,
  placeOf,
  silenceOf,
  sinceOf,
  statusesOver,
} from '@/app/(dashboard)/dispatches/dispatch-states';

const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T01:00:00.000Z';
const LATEST = '2026-01-01T02:00:00.000Z';
const times = { claimedAt: AT, resumedAt: null, waitingSince: null, endedAt: null };
const dispatch = (id: string, more: Partial<Record<keyof DispatchRecord, unknown>> = {}) =>
  ({ id, status: 'running', liveness: 'ok', times, ...more }) as DispatchRecord;
const since = (status: string, more: object) => sinceOf(dispatch('x', { status, times: { ...times, ...more } }));
const at = (kind: 'task' | 'message', threadId: string | null) =>
  placeOf({ id: 'd', source: { kind, id: 's' }, threadId });

const NONE = { stuck: undefined, quiet: undefined, waiting: undefined };

describe('the dispatches of a page', () => {
  const open = [
    dispatch('waits', { status: 'waiting', liveness: null }),
    dispatch('young', { times: { ...times, claimedAt: LATER } }),
    dispatch('old'),
    dispatch('stopping', { status: 'cancelling', liveness: 'stuck' }),
    dispatch('quiet', { liveness: 'quiet' }),
    dispatch('stuck', { liveness: 'stuck' }),
    dispatch('lost', { liveness: 'lost' }),
  ];

  it('stand in the order of what may need somebody, the longest so first', () => {
    const order = ['lost', 'stuck', 'quiet', 'stopping', 'old', 'young', 'waits'];
    expect(open.toSorted(byTrouble).map(({ id }) => id)).toEqual(order);
    expect(
      open
        .toReversed()
        .toSorted(byTrouble)
        .map(({ id }) => id),
    ).toEqual(order);
  });

  it('say how long nothing was said of them, and what their agent type allows', () => {
    const limits = { quietAfterMs: 300_000, stuckAfterMs: 1_200_000 };
    const now = Date.parse(AT) + 1_500_000;
    expect(silenceOf(dispatch('x', { liveness: 'stuck' }), limits, now)).toBe('silent 25 min · limit 20 min');
    const said = { ...times, progressAt: '2026-01-01T00:15:00.000Z' };
    const quiet = dispatch('x', { liveness: 'quiet', times: said });
    expect(silenceOf(quiet, limits, now)).toBe('silent 10 min · limit 5 min');
    // The clock of who looks is behind.
    expect(silenceOf(quiet, limits, Date.parse(AT))).toBe('silent 5 min · limit 5 min');
    expect(silenceOf(dispatch('x'), limits, now)).toBeNull();
    expect(silenceOf(quiet, undefined, now)).toBeNull();
  });

  it('are counted in each state they are in; what is being stopped runs until it has stopped', () => {
    const { counts, openCount } = gatherOpen({ items: open, isCut: false }, NONE);
    expect(counts).toEqual({ running: 6, quiet: 1, stuck: 1, waiting: 1, failed: 0, lost: 1 });
    expect(openCount).toBe(7);
  });

  it('that are more than were read have what is stuck from a read of its own, and count what was read whole', () => {
    const older = dispatch('older', { liveness: 'stuck' });
    const moved = dispatch('old', { liveness: 'stuck' });
    const apart = {
      stuck: { items: [moved, older], isCut: false },
      quiet: { items: [dispatch('hushed', { liveness: 'quiet' })], isCut: true },
      waiting: undefined,
    };
    const { items, counts, openCount } = gatherOpen({ items: open, isCut: true }, apart);
    expect(items.map(({ id }) => id)).toEqual([...open.map(({ id }) => id), 'older', 'hushed']);
    expect(items.find(({ id }) => id === 'old')).toBe(moved);
    expect(counts).toEqual({ running: null, quiet: null, stuck: 3, waiting: null, failed: null, lost: null });
    expect(openCount).toBeNull();
    // What was read while there were more says nothing any longer.
    expect(gatherOpen({ items: open, isCut: false }, apart)).toMatchObject({ items: open, openCount: 7 });
  });

  it('are as they are since their claim, their last wait, its end, or their own', () => {
    expect(since('running', {})).toBe(AT);
    expect(since('running', { waitingSince: LATER, resumedAt: LATEST })).toBe(LATEST);
    expect(since('waiting', { waitingSince: LATEST, resumedAt: LATER })).toBe(LATEST);
    expect(since('failed', { endedAt: LATEST, resumedAt: LATER })).toBe(LATEST);
  });

  it('lead to their task, or to their message in its thread', () => {
    expect(at('task', 't')).toBe('/tasks/s');
    expect(at('message', 't')).toBe('/threads/t?message=s');
    expect(at('message', null)).toBe('/activity?subjectKind=dispatch&subjectId=d');
  });

  it('are read by pages where they are over', () => {
    expect(['running', 'waiting', null].map(state => statusesOver(state as null))).toEqual([null, null, null]);
    expect(statusesOver('lost')).toEqual(['lapsed', 'unresponsive']);
  });
});
