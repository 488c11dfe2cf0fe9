import { afterEach, expect, it, vi } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { deliver } from '@/lib/server/orchestrator/deliver';

afterEach(() => void vi.useRealTimers());

it.each([-3_600_000, 3_600_000])(
  'tries for ten minutes, also when the wall clock is set by %i ms meanwhile',
  async stepMs => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    let tries = 0;
    const complete = async () => {
      tries += 1;
      throw new ControlPlaneError('unavailable', 'Away.', { retry: 'backoff' });
    };
    const calls = { complete } as unknown as DispatchCalls;
    const ended = vi.fn();
    const { signal } = new AbortController();
    const options = { calls, id: 'a', epoch: 1, signal, onProblem: () => undefined };
    void deliver({ kind: 'complete', output: 'x' }, options).then(ended);
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.now() + stepMs);
    await vi.advanceTimersByTimeAsync(590_000);
    expect(ended).not.toHaveBeenCalled();
    expect(tries).toBeGreaterThan(100);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ended).toHaveBeenCalledExactlyOnceWith({ kind: 'undelivered' });
  },
);

it('hands on all that is known of a failure', async () => {
  const fail = vi.fn(async () => ({ id: 'a', status: 'failed', epoch: 1 }));
  const { signal } = new AbortController();
  const options = {
    calls: { fail } as unknown as DispatchCalls,
    id: 'a',
    epoch: 1,
    signal,
    onProblem: () => undefined,
  };
  const failure = { error: 'limit', retryable: true, retryNotBefore: '2026-11-24T15:00:00.000Z' };
  await deliver({ kind: 'fail', ...failure }, options);
  expect(fail).toHaveBeenCalledExactlyOnceWith('a', { epoch: 1, ...failure });
});
