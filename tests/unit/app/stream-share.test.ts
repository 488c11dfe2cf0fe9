import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSource, SourceHandlers } from '@/app/_live/live-source';
import {
  MAX_EVENTS_IN_FLIGHT,
  MAX_EVENTS_QUEUED,
  MAX_TABS,
  MAX_UNANSWERED_PINGS,
  PING_EVERY_MS,
  type WorkerMessage,
} from '@/app/_live/share-protocol';
import { StreamShare } from '@/app/_live/stream-share';
import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';

/** The share without a network: the test speaks for the stream, and for each tab. */

interface Opened extends LiveSource {
  after: string | null;
  handlers: SourceHandlers;
  stopped: boolean;
  wakes: number;
  turn(state: LiveState): void;
}

function setUp() {
  const sources: Opened[] = [];
  const share = new StreamShare((after, handlers) => {
    let state: LiveState = 'connecting';
    const source: Opened = {
      after,
      handlers,
      stopped: false,
      wakes: 0,
      get state() {
        return state;
      },
      turn: next => {
        state = next;
        handlers.onState(next);
      },
      wake: () => (source.wakes += 1),
      renew: () => undefined,
      stop: () => (source.stopped = true),
    };
    sources.push(source);
    return source;
  }, 'a lock');
  const open = (who?: string, cursor = 'c0') => {
    const heard: WorkerMessage[] = [];
    const tab = share.attach({ send: message => heard.push(message) });
    if (who !== undefined) tab.receive({ kind: 'start', cursor, who });
    return { ...tab, heard, kinds: () => heard.map(({ kind }) => kind), positions: () => positionsOf(heard) };
  };
  return { share, sources, open, source: () => sources.at(-1)! };
}

const positionsOf = (heard: readonly WorkerMessage[]) =>
  heard.flatMap(message => (message.kind === 'events' ? message.events.map(({ position }) => position) : []));
const event = (position: string | number): StreamEvent => ({
  position: String(position),
  type: 'message-created',
  data: { id: 'a', tenantId: 'default', at: '2026-11-21T00:00:00.000Z' },
});
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => String(from + at));
const settle = () => Promise.resolve();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('stream share', () => {
  it('opens one stream for all tabs, where the first one began to read, and ends it with the last', async () => {
    const { open, sources } = setUp();
    const one = open('ann', 'c1');
    const other = open('ann', 'c2');
    sources[0]!.handlers.onEvent(event(1));
    await settle();
    expect(sources).toHaveLength(1);
    expect(sources[0]!.after).toBe('c1');
    expect([one.positions(), other.positions()]).toEqual([['1'], ['1']]);
    one.receive({ kind: 'bye' });
    expect(sources[0]!.stopped).toBe(false);
    other.receive({ kind: 'bye' });
    expect(sources[0]!.stopped).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps for a tab what comes between its attaching and its start, and tells it nothing before', async () => {
    const { open, source } = setUp();
    open('ann');
    const late = open();
    source().handlers.onEvent(event(1));
    source().handlers.onSignal(5);
    source().turn('live');
    await settle();
    expect(late.kinds()).toEqual(['welcome']);
    late.receive({ kind: 'start', cursor: 'c9', who: 'ann' });
    expect(late.heard.slice(1)).toEqual([
      { kind: 'state', state: 'live', signalAtMs: 5 },
      { kind: 'events', events: [event(1)] },
    ]);
  });

  it('gives a slow tab one reset in place of what it could not take, and goes on in order; others lose nothing', async () => {
    const { open, source } = setUp();
    const slow = open('ann');
    const quick = open('ann');
    const total = MAX_EVENTS_IN_FLIGHT + MAX_EVENTS_QUEUED + 500;
    for (const position of numbers(0, total)) {
      source().handlers.onEvent(event(position));
      await settle();
      quick.receive({ kind: 'taken', events: 1 });
    }
    expect(quick.positions()).toEqual(numbers(0, total));
    expect(slow.positions()).toEqual(numbers(0, MAX_EVENTS_IN_FLIGHT));
    expect(slow.kinds()).not.toContain('reset');
    slow.receive({ kind: 'taken', events: MAX_EVENTS_IN_FLIGHT });
    source().handlers.onEvent(event('next'));
    await settle();
    expect(slow.kinds().filter(kind => kind === 'reset')).toHaveLength(1);
    expect(slow.kinds().at(-2)).toBe('reset');
    expect(slow.positions().slice(MAX_EVENTS_IN_FLIGHT)).toEqual(['next']);
  });

  it('hands on what waits as soon as there is room, none lost', async () => {
    const { open, source } = setUp();
    const tab = open('ann');
    for (const position of numbers(0, MAX_EVENTS_IN_FLIGHT + 10)) source().handlers.onEvent(event(position));
    await settle();
    expect(tab.positions()).toHaveLength(MAX_EVENTS_IN_FLIGHT);
    tab.receive({ kind: 'taken', events: MAX_EVENTS_IN_FLIGHT });
    expect(tab.positions()).toEqual(numbers(0, MAX_EVENTS_IN_FLIGHT + 10));
  });

  it('gives another person a stream of their own and not one event of the former', async () => {
    const { open, sources } = setUp();
    const ann = open('ann', 'c1');
    const next = open();
    sources[0]!.handlers.onEvent(event('of ann'));
    await settle();
    next.receive({ kind: 'start', cursor: 'c2', who: 'bob' });
    expect(sources.map(({ after, stopped }) => [after, stopped])).toEqual([
      ['c1', true],
      ['c2', false],
    ]);
    sources[1]!.handlers.onEvent(event('of bob'));
    await settle();
    expect(ann.kinds().at(-1)).toBe('other-user');
    expect(ann.positions()).toEqual(['of ann']);
    expect(next.positions()).toEqual(['of bob']);
  });

  it('begins anew after a refused session, and has the tabs that are left read afresh', async () => {
    const { open, sources } = setUp();
    const left = open('ann', 'c1');
    sources[0]!.turn('unauthenticated');
    open('ann', 'c2');
    expect(sources[1]!.after).toBe('c2');
    expect(left.heard.slice(-2)).toEqual([{ kind: 'state', state: 'connecting', signalAtMs: null }, { kind: 'reset' }]);
  });

  it('tells every tab the same state', () => {
    const { open, source } = setUp();
    const tabs = [open('ann'), open('ann')];
    for (const state of ['live', 'reconnecting', 'offline', 'live'] as const) source().turn(state);
    const [one, other] = tabs.map(({ heard }) => heard.flatMap(m => (m.kind === 'state' ? [m.state] : [])));
    expect(one).toEqual(['connecting', 'live', 'reconnecting', 'offline', 'live']);
    expect(other).toEqual(one);
  });

  it('drops a tab that answers no ping for a minute, and no tab that does', () => {
    const { open, source } = setUp();
    const dead = open('ann');
    const alive = open('ann');
    for (let round = 0; round <= MAX_UNANSWERED_PINGS; round += 1) {
      vi.advanceTimersByTime(PING_EVERY_MS);
      alive.receive({ kind: 'here' });
    }
    expect(dead.kinds().at(-1)).toBe('dropped');
    expect(alive.kinds()).not.toContain('dropped');
    expect(source().stopped).toBe(false);
  });

  it('makes one try of all the tabs that come online together', () => {
    const { open, source } = setUp();
    const tabs = [open('ann'), open('ann'), open('ann')];
    for (const tab of tabs) tab.receive({ kind: 'wake' });
    expect(source().wakes).toBe(1);
    vi.advanceTimersByTime(2_000);
    tabs[0]!.receive({ kind: 'wake' });
    expect(source().wakes).toBe(2);
  });

  it('sends a tab too many to a connection of its own', () => {
    const { open } = setUp();
    for (let tab = 0; tab < MAX_TABS; tab += 1) open('ann');
    expect(open('ann').kinds()).toEqual(['full']);
  });
});
