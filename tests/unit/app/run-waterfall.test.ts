import { describe, expect, it } from 'vitest';
import { barsOf, placeOf, scaleOf, type WaterfallInput } from '@/app/(dashboard)/runs/waterfall-bars';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
type Input = WaterfallInput['tasks'][number];
type Attempt = WaterfallInput['dispatches'][number];

const task = (
  id: string,
  more: Partial<Omit<Input, 'ledger'>> & { doneAt?: number; claimedAt?: number } = {},
): Input => {
  const { doneAt, claimedAt, ...rest } = more;
  return {
    id,
    kind: 'work',
    status: 'ready',
    dependsOn: [],
    createdAt: at(0),
    updatedAt: at(0),
    ...rest,
    ledger: {
      storedAt: at(0),
      streamedAt: null,
      claimedAt: claimedAt === undefined ? null : at(claimedAt),
      firstHeartbeatAt: null,
      readAt: null,
      doneAt: doneAt === undefined ? null : at(doneAt),
    },
  };
};

interface Times {
  claimed: number;
  beat?: number;
  ended?: number;
  since?: number;
  mode?: Attempt['mode'];
}
const attempt = (
  id: string,
  of: string,
  status: Attempt['status'],
  { claimed, beat, ended, since, mode = 'start' }: Times,
): Attempt => ({
  mode,
  id,
  source: { kind: 'task', id: of },
  status,
  times: {
    storedAt: null,
    streamedAt: null,
    claimedAt: at(claimed),
    resumedAt: null,
    firstHeartbeatAt: beat === undefined ? null : at(beat),
    lastHeartbeatAt: null,
    progressAt: null,
    waitingSince: since === undefined ? null : at(since),
    cancelRequestedAt: null,
    endedAt: ended === undefined ? null : at(ended),
  },
});

const told = (input: Partial<WaterfallInput> & { tasks: Input[] }, now = 100, id = 't'): string[] =>
  barsOf({ dispatches: [], waits: [], nowMs: START + now * 1_000, ...input })
    .get(id)!
    .map(
      ({ kind, fromMs, toMs, isOpen }) =>
        `${kind} ${(fromMs - START) / 1_000}-${(toMs - START) / 1_000}${isOpen ? '…' : ''}`,
    );

describe('bars of a task', () => {
  it('wait for nobody, for a claim, for a heartbeat, then are work', () => {
    const done = attempt('d', 't', 'done', { claimed: 20, beat: 22, ended: 50 });
    expect(told({ tasks: [task('t', { status: 'done', doneAt: 50 })], dispatches: [done] })).toEqual([
      'queued 0-20',
      'claimed 20-22',
      'running 22-50',
    ]);
  });

  it('are pending until the last of what it needs is done, and grow until now', () => {
    const needs = [task('a', { status: 'done', doneAt: 10 }), task('b', { status: 'done', doneAt: 30 })];
    const own = task('t', { status: 'ready', dependsOn: ['a', 'b'] });
    expect(told({ tasks: [...needs, own] })).toEqual(['pending 0-30', 'queued 30-100…']);
    const waits = task('t', { status: 'pending', dependsOn: ['a', 'open'] });
    expect(told({ tasks: [...needs, task('open'), waits] })).toEqual(['pending 0-100…']);
  });

  it('end where a task that nobody did was cancelled', () => {
    const own = task('t', { status: 'cancelled', dependsOn: ['dead'], updatedAt: at(40) });
    expect(told({ tasks: [task('dead', { status: 'dead' }), own] })).toEqual(['pending 0-40']);
  });

  it('were not queued for all that time where its attempts are not read yet, or long gone', () => {
    const over = task('t', { status: 'done', claimedAt: 5, doneAt: 50 });
    expect(told({ tasks: [over] })).toEqual(['queued 0-5', 'claimed 5-50']);
    const open = task('t', { status: 'running', claimedAt: 5 });
    expect(told({ tasks: [open] })).toEqual(['queued 0-5', 'claimed 5-100…']);
    // Went back after a failure.
    expect(told({ tasks: [task('t', { claimedAt: 5 })] })).toEqual(['queued 0-100…']);
  });

  it('show the stop for an answer, and what came after it', () => {
    const dispatches = [attempt('d', 't', 'done', { claimed: 10, beat: 10, ended: 60, since: 20 })];
    const waits = [{ dispatchId: 'd', fromMs: START + 20_000, toMs: START + 45_000 }];
    const tasks = [task('t', { status: 'done', doneAt: 60 })];
    expect(told({ tasks, dispatches, waits })).toEqual([
      'queued 0-10',
      'running 10-20',
      'waiting 20-45',
      'running 45-60',
    ]);
  });

  it('wait until now where nobody answered, also for news that nobody was asked for', () => {
    const dispatches = [attempt('d', 't', 'waiting', { claimed: 10, beat: 10, since: 20 })];
    const expected = ['queued 0-10', 'running 10-20', 'waiting 20-100…'];
    const tasks = [task('t', { status: 'waiting' })];
    expect(told({ tasks, dispatches, waits: [{ dispatchId: 'd', fromMs: START + 20_000, toMs: null }] })).toEqual(
      expected,
    );
    expect(told({ tasks, dispatches })).toEqual(expected);
    const answered = [{ dispatchId: 'd', fromMs: START + 21_000, toMs: START + 50_000 }];
    expect(told({ tasks, dispatches, waits: answered })).toEqual([
      'queued 0-10',
      'running 10-21',
      'waiting 21-50',
      'queued 50-100…',
    ]);
  });

  it('say no more of a planner’s earlier turns than that it was claimed', () => {
    const tasks = [task('t', { kind: 'plan', status: 'done', doneAt: 60 })];
    const resumed = attempt('d', 't', 'done', { claimed: 10, beat: 12, since: 40, ended: 60, mode: 'resume' });
    expect(told({ tasks, dispatches: [resumed] })).toEqual(['queued 0-10', 'claimed 10-12', 'claimed 12-60']);
    const once = attempt('d', 't', 'cancelled', { claimed: 10, beat: 10, since: 20, ended: 60 });
    expect(told({ tasks, dispatches: [once] })).toEqual(['queued 0-10', 'running 10-20', 'waiting 20-60']);
  });

  it('show each attempt, what failed as failed, and the wait between them', () => {
    const dispatches = [
      attempt('two', 't', 'running', { claimed: 50, beat: 52 }),
      attempt('one', 't', 'lapsed', { claimed: 10, beat: 12, ended: 30 }),
    ];
    expect(told({ tasks: [task('t', { status: 'running' })], dispatches })).toEqual([
      'queued 0-10',
      'claimed 10-12',
      'failed 12-30',
      'queued 30-50',
      'claimed 50-52',
      'running 52-100…',
    ]);
  });

  it('are claimed while no heartbeat came, and work where none ever did', () => {
    const tasks = [task('t', { status: 'running' })];
    expect(told({ tasks, dispatches: [attempt('d', 't', 'running', { claimed: 10 })] })).toEqual([
      'queued 0-10',
      'claimed 10-100…',
    ]);
    const ended = attempt('d', 't', 'done', { claimed: 10, ended: 20 });
    expect(told({ tasks: [task('t', { status: 'done', doneAt: 20 })], dispatches: [ended] })).toEqual([
      'queued 0-10',
      'running 10-20',
    ]);
  });

  it('never run backwards where the page’s clock is behind the database’s', () => {
    const bars = barsOf({
      tasks: [task('t', { status: 'running' })],
      dispatches: [attempt('d', 't', 'running', { claimed: 10, beat: 12 })],
      waits: [],
      nowMs: START,
    }).get('t')!;
    expect(bars.every(({ fromMs, toMs }) => toMs >= fromMs)).toBe(true);
  });
});

describe('the scale', () => {
  it('has a few round times, for a run of milliseconds as for one of a week', () => {
    for (const span of [1, 800, 90_000, 3_600_000, 7 * 86_400_000]) {
      const { ticksMs } = scaleOf(START, START + span);
      expect(ticksMs.length).toBeGreaterThanOrEqual(2);
      expect(ticksMs.length).toBeLessThanOrEqual(7);
      expect(ticksMs.at(-1)!).toBeLessThanOrEqual(span);
    }
  });

  it('places a bar in percent, and keeps one that sticks out inside', () => {
    const scale = scaleOf(START, START + 200);
    expect(placeOf({ fromMs: START + 50, toMs: START + 150 }, scale)).toEqual({ left: 25, width: 50 });
    expect(placeOf({ fromMs: START - 50, toMs: START + 900 }, scale)).toEqual({ left: 0, width: 100 });
    expect(scaleOf(START, START).toMs).toBeGreaterThan(START);
  });
});
