import { describe, expect, it, vi } from 'vitest';
import { deferred, type Deferred } from '@/lib/kernel/deferred';
import { GroupCommit } from '@/lib/kernel/group-commit';

const turns = async () => {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
};

function rig(abreast: number, mostTogether = 100) {
  const runs: { batch: number[]; done: Deferred<string[]> }[] = [];
  const group = new GroupCommit<number, string>({
    abreast,
    mostTogether,
    run: batch => {
      const done = deferred<string[]>();
      runs.push({ batch, done });
      return done.promise;
    },
  });
  return { group, runs, batches: () => runs.map(({ batch }) => batch) };
}

describe('group commit', () => {
  it('lets one alone go at once, and those of one turn together', async () => {
    const { group, batches } = rig(2);
    void group.submit(1);
    await turns();
    expect(batches()).toEqual([[1]]);
    void group.submit(2);
    void group.submit(3);
    await turns();
    expect(batches()).toEqual([[1], [2, 3]]);
  });

  it('keeps those that come meanwhile, and answers each its own', async () => {
    const { group, runs, batches } = rig(1);
    const answers = [group.submit(1)];
    await turns();
    answers.push(group.submit(2), group.submit(3));
    await turns();
    expect(batches()).toEqual([[1]]);
    runs[0]!.done.resolve(['one']);
    await turns();
    expect(batches()).toEqual([[1], [2, 3]]);
    runs[1]!.done.resolve(['two', 'three']);
    expect(await Promise.all(answers)).toEqual(['one', 'two', 'three']);
  });

  it('takes no more than fits, the rest next', async () => {
    const { group, runs, batches } = rig(1, 2);
    [1, 2, 3].forEach(n => void group.submit(n));
    await turns();
    runs[0]!.done.resolve(['', '']);
    await turns();
    expect(batches()).toEqual([[1, 2], [3]]);
  });

  it('goes on after a failure, which is everybody’s of that batch', async () => {
    const { group, runs } = rig(1);
    const failed = [group.submit(1), group.submit(2)];
    await turns();
    const next = group.submit(3);
    runs[0]!.done.reject(new Error('away'));
    for (const answer of failed) await expect(answer).rejects.toThrow('away');
    await turns();
    runs[1]!.done.resolve(['three']);
    expect(await next).toBe('three');
  });

  it('lets who is answered later wait alone, and its failure be its own', async () => {
    const late = deferred<string>();
    const group = new GroupCommit<number, string>({
      abreast: 1,
      mostTogether: 10,
      run: async batch => batch.map(n => (n === 2 ? late.promise : String(n))),
    });
    const [first, second] = [group.submit(1), group.submit(2)];
    expect(await first).toBe('1');
    // Nor does the next batch wait for it.
    expect(await group.submit(3)).toBe('3');
    late.reject(new Error('its own'));
    await expect(second).rejects.toThrow('its own');
  });

  it('goes on past what is stuck, as far as its bound', async () => {
    vi.useFakeTimers();
    try {
      const runs: number[][] = [];
      const done: Deferred<string[]>[] = [];
      const group = new GroupCommit<number, string>({
        abreast: 1,
        patienceMs: 250,
        mostAbreast: 2,
        mostTogether: 10,
        run: batch => {
          runs.push(batch);
          done.push(deferred());
          return done.at(-1)!.promise;
        },
      });
      const stuck = group.submit(1);
      await turns();
      void group.submit(2);
      await vi.advanceTimersByTimeAsync(249);
      expect(runs).toEqual([[1]]);
      await vi.advanceTimersByTimeAsync(1);
      expect(runs).toEqual([[1], [2]]);
      void group.submit(3);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(runs).toEqual([[1], [2]]);
      done[0]!.resolve(['late']);
      expect(await stuck).toBe('late');
      await turns();
      expect(runs).toEqual([[1], [2], [3]]);
    } finally {
      vi.useRealTimers();
    }
  });
});
