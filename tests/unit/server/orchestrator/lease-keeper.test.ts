import { afterEach, describe, expect, it } from 'vitest';
import type { HeartbeatResult } from '@/lib/domain/dispatch/schema';
import { ControlPlaneError } from '@/lib/domain/errors';
import { LeaseKeeper, type LeaseEnd } from '@/lib/server/orchestrator/lease-keeper';
import { until } from '../../sdk/until';

const ID = '66aaaaaaaaaaaaaaaaaaaaaa';
const good: HeartbeatResult = { id: ID, status: 'running', epoch: 2, leaseUntil: null, cancelRequested: false };

let keeper: LeaseKeeper | undefined;
afterEach(() => keeper?.stop());

/** `answers` one beat each, the last one for ever. */
function keep(answers: (Partial<HeartbeatResult> | Error)[]) {
  const seen = { beats: [] as number[], cancels: 0, ends: [] as LeaseEnd[], problems: 0, sleeps: [] as number[] };
  const kept = new LeaseKeeper({
    id: ID,
    epoch: 2,
    leaseMs: 3_000,
    calls: {
      heartbeat: async (_id, epoch) => {
        const answer = answers[Math.min(seen.beats.length, answers.length - 1)] ?? {};
        seen.beats.push(epoch);
        if (answer instanceof Error) throw answer;
        return { ...good, ...answer };
      },
    },
    onCancelRequested: () => (seen.cancels += 1),
    onEnd: end => seen.ends.push(end),
    onProblem: () => (seen.problems += 1),
    clock: {
      now: () => Date.now(),
      sleep: (delayMs, signal) => {
        seen.sleeps.push(delayMs);
        return new Promise(resolve => {
          if (signal?.aborted) return resolve();
          const timer = setTimeout(resolve, 2);
          signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
        });
      },
    },
  });
  keeper = kept;
  kept.start();
  return { keeper: kept, seen };
}

const away = new ControlPlaneError('unavailable', 'away', { retry: 'backoff' });
const stale = (details: Record<string, unknown>) => new ControlPlaneError('stale-epoch', 'no', { details });

describe('lease keeper', () => {
  it('beats at once and then three times a lease, with its epoch', async () => {
    const { seen } = keep([{}]);
    await until('beats', () => seen.beats.length >= 4);
    expect(new Set(seen.beats)).toEqual(new Set([2]));
    expect(new Set(seen.sleeps)).toEqual(new Set([1_000]));
  });

  it('goes on through a server that is away, faster than its rhythm', async () => {
    const { seen } = keep([away, away, {}]);
    await until('a good beat', () => seen.beats.length >= 4);
    expect(seen.problems).toBe(2);
    expect(seen.ends).toEqual([]);
    expect(seen.sleeps[0]).toBeLessThanOrEqual(250);
    expect(seen.sleeps[1]).toBeLessThanOrEqual(500);
    expect(seen.sleeps[2]).toBe(1_000);
  });

  it('says once that a stop was asked for, and keeps the lease meanwhile', async () => {
    const { seen } = keep([{}, { status: 'cancelling', cancelRequested: true }]);
    await until('beats after it', () => seen.beats.length >= 5);
    expect(seen.cancels).toBe(1);
    expect(seen.ends).toEqual([]);
  });

  it.each<[string, Partial<HeartbeatResult> | Error, LeaseEnd]>([
    ['another epoch holds it', stale({ currentEpoch: 3, dispatchStatus: 'running' }), { kind: 'stale' }],
    ['its lease lapsed', stale({ currentEpoch: 2, dispatchStatus: 'lapsed' }), { kind: 'stale' }],
    ['it was cancelled', stale({ currentEpoch: 2, dispatchStatus: 'cancelled' }), { kind: 'stale' }],
    ['it is gone', new ControlPlaneError('not-found', 'no'), { kind: 'stale' }],
    ['the agent ended it', stale({ currentEpoch: 2, dispatchStatus: 'done' }), { kind: 'over', status: 'done' }],
    ['the agent asked and waits', { status: 'waiting' }, { kind: 'over', status: 'waiting' }],
    ['it was resumed under a later epoch', { epoch: 3 }, { kind: 'stale' }],
  ])('ends when %s', async (_title, answer, end) => {
    const { seen } = keep([{}, answer]);
    await until('the end', () => seen.ends.length === 1);
    await keeper?.stop();
    expect(seen.ends).toEqual([end]);
    expect(seen.beats).toHaveLength(2);
  });
});
