import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { ControlPlaneError } from '@/lib/domain/errors';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { claim } from '@/lib/server/orchestrator-skill/claim';
import { reconcile } from '@/lib/server/orchestrator-skill/reconcile';
import { StateFile, type OpenDispatch } from '@/lib/server/orchestrator-skill/state';

const STRAY = 'a'.repeat(24);
const ENDED = 'e'.repeat(24);
const REQUEST = { consumer: 'me', max: 4 };
const NOTHING = { dispatches: [], reason: 'nothing-due' as const };
const answered503 = () => new ControlPlaneError('unavailable', 'Not confirmed in time.', { retry: 'backoff' });

let folder: string;
let state: StateFile;
let released: string[];
let running: DispatchRecord[];
let answers: (() => unknown)[];
let claims: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-claim-'));
  state = new StateFile(folder);
  [released, running, answers, claims] = [[], [], [], 0];
  vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const calls = {
  claim: async () => {
    claims += 1;
    return answers.shift()?.() ?? NOTHING;
  },
  list: async ({ status }: { status: string }) => ({ items: status === 'running' ? running : [], nextCursor: null }),
  release: async (id: string, epoch: number) => {
    if (id === ENDED) throw new ControlPlaneError('stale-epoch', 'It ended.', { retry: 'never' });
    released.push(`${id}:${epoch}`);
    running = running.filter(one => one.id !== id);
  },
} as unknown as DispatchCalls;

const context = () => ({ calls, consumer: 'me', isNamed: false, state });
const refuse = (error: Error) => () => {
  throw error;
};
const took = (ageMs: number) => {
  const claimedAt = new Date(Date.now() - ageMs).toISOString();
  running = [{ id: STRAY, epoch: 1, status: 'running', times: { claimedAt } } as DispatchRecord];
};

const resumed = () => {
  took(3_600_000);
  const [record] = running as [DispatchRecord];
  running = [{ ...record, epoch: 2 }];
};

describe('a claim of the skill', () => {
  it('gives back what a claim took that was answered with 503, and claims once more', async () => {
    answers = [
      () => {
        took(0);
        throw answered503();
      },
    ];
    expect(await claim(context(), REQUEST)).toEqual(NOTHING);
    expect(released).toEqual([`${STRAY}:1`]);
    expect(claims).toBe(2);
    expect(state.read().mayHoldStrays).toBe(false);
  });

  it('leaves it to the next script when the plane stays away, which looks before it claims', async () => {
    answers = [refuse(answered503()), refuse(answered503())];
    await expect(claim(context(), REQUEST)).rejects.toMatchObject({ code: 'unavailable' });
    expect(state.read()).toMatchObject({ owesLook: true, mayHoldStrays: true });
    took(30_000);
    expect(await claim(context(), REQUEST)).toEqual(NOTHING);
    expect(released).toEqual([`${STRAY}:1`]);
  });

  it('leaves what another script writes down meanwhile', async () => {
    took(0);
    answers = [refuse(answered503())];
    const claiming = claim(context(), REQUEST);
    await state.update(current => {
      current.dispatches[STRAY] = { epoch: 1, phase: 'running' } as OpenDispatch;
    });
    await claiming;
    expect(released).toEqual([]);
  });

  it('looks for nothing after a refusal that took nothing', async () => {
    took(30_000);
    answers = [refuse(new ControlPlaneError('forbidden', 'No.'))];
    await expect(claim(context(), REQUEST)).rejects.toMatchObject({ code: 'forbidden' });
    expect(released).toEqual([]);
    expect(claims).toBe(1);
  });
});

describe('a look at what is open', () => {
  it('leaves as it is what another script claimed meanwhile', async () => {
    took(0);
    await state.update(current => {
      current.dispatches[STRAY] = { epoch: 2, phase: 'running' } as OpenDispatch;
    });
    await reconcile(context());
    expect(state.read().dispatches[STRAY]).toMatchObject({ epoch: 2, phase: 'running' });
    expect(released).toEqual([]);
  });

  it('takes back no stop that was noted meanwhile', async () => {
    took(0);
    await state.update(current => {
      current.dispatches[STRAY] = { epoch: 1, phase: 'running' } as OpenDispatch;
    });
    const list: DispatchCalls['list'] = async filter => {
      const page = await calls.list(filter);
      await state.update(({ dispatches }) => void (dispatches[STRAY]!.phase = 'cancel'));
      return page;
    };
    await reconcile({ ...context(), calls: { ...calls, list } });
    expect(state.read().dispatches[STRAY]).toMatchObject({ phase: 'cancel' });
  });
});

describe('strays', () => {
  it.each([0, 3_600_000, -3_600_000])(
    'are no claims that another script is about to write down, with the plane’s clock %i ms behind ours',
    async aheadMs => {
      took(aheadMs);
      const looking = reconcile(context());
      await new Promise(resolve => setTimeout(resolve, 2_000));
      await state.update(current => {
        current.dispatches[STRAY] = { epoch: 1, phase: 'running' } as OpenDispatch;
      });
      await looking;
      expect(released).toEqual([]);
    },
  );

  it.each([0, 3_600_000, -3_600_000])('are given back, with the plane’s clock %i ms behind ours', async aheadMs => {
    took(aheadMs);
    await reconcile(context());
    expect(released).toEqual([`${STRAY}:1`]);
  });

  it('are left to their leases under a name that was given, which another folder may have too', async () => {
    took(30_000);
    await reconcile({ ...context(), isNamed: true });
    expect(released).toEqual([]);
  });

  it('are given back also when one of them ended meanwhile', async () => {
    took(30_000);
    const [record] = running as [DispatchRecord];
    running = [{ ...record, id: ENDED }, record];
    await reconcile(context());
    expect(released).toEqual([`${STRAY}:1`]);
  });

  it('are also those of which only the turn before the wait is known', async () => {
    resumed();
    await state.update(current => {
      current.dispatches[STRAY] = { epoch: 1, phase: 'waiting' } as OpenDispatch;
    });
    await reconcile(context());
    expect(released).toEqual([`${STRAY}:2`]);
  });
});
