import { describe, expect, it } from 'vitest';
import type { ClaimResult, Dispatch } from '@/lib/domain/dispatch/schema';
import { deferred, type Deferred } from '@/lib/kernel/deferred';
import { ClaimLoop } from '@/lib/server/orchestrator/claim-loop';
import { until } from '../../sdk/until';

const dispatches = (count: number): ClaimResult => ({
  dispatches: Array.from({ length: count }, () => ({}) as Dispatch),
});

function harness(free = 10, sweepMs = 60_000) {
  const claims: { max: number; answer: Deferred<ClaimResult> }[] = [];
  const failures: unknown[] = [];
  const state = { free };
  const loop = new ClaimLoop({
    free: () => state.free,
    claim: max => {
      const answer = deferred<ClaimResult>();
      claims.push({ max, answer });
      return answer.promise;
    },
    onFailure: error => void failures.push(error),
    sweepMs,
  });
  return { loop, claims, failures, state };
}

describe('claim loop', () => {
  it('makes one claim at a time of any burst of rings, and one more for what came meanwhile', async () => {
    const { loop, claims } = harness();
    loop.start();
    await until('the first claim', () => claims.length === 1);
    for (let ring = 0; ring < 100; ring += 1) loop.ring();
    expect(claims).toHaveLength(1);
    claims[0]?.answer.resolve(dispatches(0));
    await until('the second claim', () => claims.length === 2);
    claims[1]?.answer.resolve(dispatches(0));
    await loop.stop();
    expect(claims).toHaveLength(2);
  });

  it('asks for what fits, and again while the answers are full', async () => {
    const { loop, claims, state } = harness(5);
    loop.start();
    await until('the first claim', () => claims.length === 1);
    expect(claims[0]?.max).toBe(5);
    state.free = 3;
    claims[0]?.answer.resolve(dispatches(5));
    await until('the next claim', () => claims.length === 2);
    expect(claims[1]?.max).toBe(3);
    claims[1]?.answer.resolve(dispatches(1));
    await loop.stop();
    expect(claims).toHaveLength(2);
  });

  it('claims nothing without room, and at once when there is some', async () => {
    const { loop, claims, state } = harness(0);
    loop.start();
    await new Promise(resolve => setImmediate(resolve));
    expect(claims).toHaveLength(0);
    state.free = 1;
    loop.ring();
    await until('a claim', () => claims.length === 1);
    claims[0]?.answer.resolve(dispatches(0));
    await loop.stop();
  });

  it('looks by itself when nothing rings', async () => {
    const { loop, claims } = harness(1, 20);
    loop.start();
    for (let sweep = 1; sweep <= 3; sweep += 1) {
      await until('a sweep', () => claims.length === sweep);
      claims.at(-1)?.answer.resolve(dispatches(0));
    }
    await loop.stop();
  });

  it('waits after a failure, whatever rings, and goes on', async () => {
    const { loop, claims, failures } = harness();
    loop.start();
    await until('a claim', () => claims.length === 1);
    const startMs = Date.now();
    claims[0]?.answer.reject(new Error('away'));
    await until('the failure', () => failures.length === 1);
    loop.ring();
    await until('the next claim', () => claims.length === 2);
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(120);
    claims[1]?.answer.resolve(dispatches(0));
    await loop.stop();
  });

  it('stops after the claim under way was answered', async () => {
    const { loop, claims } = harness();
    loop.start();
    await until('a claim', () => claims.length === 1);
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await new Promise(resolve => setImmediate(resolve));
    expect(stopped).toBe(false);
    claims[0]?.answer.resolve(dispatches(10));
    await stopping;
    expect(claims).toHaveLength(1);
  });
});
