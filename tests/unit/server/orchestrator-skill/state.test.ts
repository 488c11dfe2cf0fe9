import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireFileLock } from '@/lib/server/file-lock.mjs';
import {
  MAX_OUTPUT_CHARACTERS as API_LIMIT,
  DISPATCH_STATUSES,
  type DispatchRecord,
} from '@/lib/domain/dispatch/schema';
import { MAX_OUTPUT_CHARACTERS } from '@/lib/server/orchestrator-skill/output-limit';
import { phaseOf } from '@/lib/server/orchestrator-skill/reconcile';
import { StateFile, forget, toStop, type OpenDispatch } from '@/lib/server/orchestrator-skill/state';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-state-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const held = (epoch: number): OpenDispatch => ({
  epoch,
  key: 'dk_x',
  leaseMs: 60_000,
  agentType: 'qa',
  session: { pid: process.pid, startMark: null },
  phase: 'running',
  claimedAt: '2026-11-21T00:00:00.000Z',
});

describe('state file', () => {
  it('loses nothing when many write at once, and is for its owner only', async () => {
    const files = Array.from({ length: 5 }, () => new StateFile(folder));
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        files[n % files.length]?.update(state => {
          state.dispatches[`d${n}`] = held(n);
        }),
      ),
    );
    expect(Object.keys(new StateFile(folder).read().dispatches)).toHaveLength(40);
    expect(statSync(join(folder, 'state.json')).mode & 0o777).toBe(0o600);
  });

  it('is not waited for longer when the wall clock is set back meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date', 'performance'] });
    acquireFileLock(folder, 'state');
    let why: unknown;
    void new StateFile(folder).update(() => undefined).catch((error: unknown) => (why = error));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(why).toMatchObject({ code: 'state-busy' });
  });

  it('begins anew from a damaged file: the plane knows what is open', () => {
    writeFileSync(join(folder, 'state.json'), '{"dispatches": {');
    expect(new StateFile(folder).read()).toEqual({ dispatches: {}, ended: [] });
  });

  it('forgets the epoch that ended and not the one that came after it', () => {
    const state = { dispatches: { a: held(2) }, ended: [] as string[] };
    forget(state, 'a', 1);
    expect(state.dispatches).toHaveProperty('a');
    forget(state, 'a', 2);
    expect(state).toEqual({ dispatches: {}, ended: ['a'] });
  });

  it('lists what has to be stopped', () => {
    const dispatches = {
      a: held(1),
      b: { ...held(1), phase: 'lost' as const },
      c: { ...held(1), phase: 'cancel' as const },
    };
    expect(toStop({ dispatches, ended: [] })).toEqual([
      { id: 'b', why: 'lost' },
      { id: 'c', why: 'cancel' },
    ]);
  });
});

describe('phase of a held dispatch, as the plane has it', () => {
  const EXPECTED: Record<(typeof DISPATCH_STATUSES)[number], string> = {
    running: 'running',
    waiting: 'waiting',
    cancelling: 'cancel',
    done: 'over',
    failed: 'over',
    released: 'over',
    lapsed: 'lost',
    cancelled: 'lost',
    unresponsive: 'lost',
  };
  it.each(DISPATCH_STATUSES.map(status => [status, EXPECTED[status]]))('%s: %s', (status, phase) => {
    expect(phaseOf(held(2), { status, epoch: 2 } as DispatchRecord)).toBe(phase);
  });

  it('lost when a later epoch has it, over when there is no such dispatch', () => {
    expect(phaseOf(held(2), { status: 'running', epoch: 3 } as DispatchRecord)).toBe('lost');
    expect(phaseOf(held(2), null)).toBe('over');
  });

  it('not known from a record of before the claim', () => {
    expect(phaseOf(held(2), { status: 'waiting', epoch: 1 } as DispatchRecord)).toBeNull();
  });
});

it('the scripts cut an output at the limit the API has', () => {
  expect(MAX_OUTPUT_CHARACTERS).toBe(API_LIMIT);
});
