import { afterEach, describe, expect, it } from 'vitest';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { ControlPlaneError } from '@/lib/domain/errors';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { ProgressTeller } from '@/lib/server/orchestrator/progress-teller';
import { Written } from '@/lib/server/orchestrator/written';
import { until } from '../../sdk/until';

const ID = '66aaaaaaaaaaaaaaaaaaaaaa';
const CLAIMED = '2026-11-21T10:00:00.000Z';

let teller: ProgressTeller | undefined;
afterEach(() => teller?.stop());

interface Said {
  progress: DispatchRecord['progress'];
  resumedAt?: string;
  refusals?: Error[];
}

/** The plane says `said` of the dispatch; time passes a tick at a time. */
function follow({ progress, resumedAt, refusals = [] }: Said) {
  const written = new Written();
  const told: unknown[] = [];
  const waits: (() => void)[] = [];
  const delays = new Set<number>();
  let problems = 0;
  const times = { claimedAt: CLAIMED, resumedAt: resumedAt ?? null };
  const calls = {
    find: async () => ({ progress, times }) as DispatchRecord,
    progress: async (id: string, body: unknown) => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
      told.push([id, body]);
      return { id, status: 'running', epoch: 2 };
    },
  } as Pick<DispatchCalls, 'find' | 'progress'>;
  const clock = {
    now: () => 0,
    sleep: (delayMs: number, signal?: AbortSignal) => {
      delays.add(delayMs);
      return new Promise<void>(resolve => {
        waits.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  };
  teller = new ProgressTeller({ calls, id: ID, epoch: 2, written, clock, onProblem: () => (problems += 1) });
  teller.start();
  /** Resolves when what it does after one wait is done. */
  const tick = async () => {
    await until('a wait', () => waits.length > 0);
    waits.shift()?.();
    // All it does between two waits is done in microtasks.
    await new Promise(resolve => setTimeout(resolve, 5));
  };
  return { written, told, tick, delays, waits, problems: () => problems };
}

const write = (written: Written, text: string) => written.note(Buffer.from(text));

describe('progress teller', () => {
  it('says how much was written, not what, at most once a wait, and nothing of a child that is silent', async () => {
    const { written, told, tick, delays } = follow({ progress: null });
    await tick();
    expect(told).toEqual([]);
    write(written, 'secret one\nsecret ');
    write(written, 'two\n');
    await tick();
    expect(told).toEqual([[ID, { epoch: 2, state: 'wrote 2 lines' }]]);
    await tick();
    await tick();
    expect(told).toHaveLength(1);
    write(written, 'three\n');
    await tick();
    expect(told[1]).toEqual([ID, { epoch: 2, state: 'wrote 3 lines' }]);
    expect(delays).toEqual(new Set([30_000]));
  });

  it('counts bytes where there are no lines', async () => {
    const { written, told, tick } = follow({ progress: null });
    write(written, '.');
    await tick();
    write(written, '..');
    await tick();
    expect(told).toMatchObject([
      [ID, { state: 'wrote 1 byte' }],
      [ID, { state: 'wrote 3 bytes' }],
    ]);
  });

  it('keeps what the agent reported by itself, and moves its time on', async () => {
    const { written, told, tick } = follow({
      progress: { percent: 40, state: 'reading the sources', at: '2026-11-21T10:01:00.000Z' },
    });
    write(written, 'a line\n');
    await tick();
    expect(told).toEqual([[ID, { epoch: 2, percent: 40 }]]);
  });

  it('replaces a count of its own, and what was reported before the dispatch waited', async () => {
    const own = { percent: 0, state: 'wrote 7 lines', at: '2026-11-21T10:01:00.000Z' };
    const earlier = { percent: 80, state: 'about to ask', at: '2026-11-21T10:01:00.000Z' };
    for (const said of [{ progress: own }, { progress: earlier, resumedAt: '2026-11-21T11:00:00.000Z' }]) {
      const { written, told, tick } = follow(said);
      write(written, 'a line\n');
      await tick();
      expect(told).toEqual([[ID, { epoch: 2, state: 'wrote 1 line' }]]);
      teller?.stop();
    }
  });

  it('tells again what found no server, and ends where the dispatch is over', async () => {
    const away = new ControlPlaneError('unavailable', 'away', { retry: 'backoff' });
    const over = new ControlPlaneError('stale-epoch', 'over');
    const { written, told, tick, waits, problems } = follow({ progress: null, refusals: [away, over] });
    write(written, 'a line\n');
    await tick();
    expect(waits).toHaveLength(1);
    await tick();
    expect({ told, problems: problems(), waits: waits.length }).toEqual({ told: [], problems: 2, waits: 0 });
  });
});
