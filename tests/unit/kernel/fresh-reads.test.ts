import { describe, expect, it } from 'vitest';
import { deferred, type Deferred } from '@/lib/kernel/deferred';
import { FreshReads, type FreshReadsOptions } from '@/lib/kernel/fresh-reads';

interface Answer {
  text: string;
}

function rig(options: Partial<FreshReadsOptions<Answer>> = {}) {
  const clock = { nowMs: 0 };
  const reads: Deferred<Answer>[] = [];
  const answers = new FreshReads<string, Answer>({ freshMs: 1_000, most: 2, now: () => clock.nowMs, ...options });
  const ask = (key = 'k') =>
    answers.get(key, () => {
      const read = deferred<Answer>();
      reads.push(read);
      return read.promise;
    });
  const at = (ms: number) => (clock.nowMs = ms);
  const answer = async (place: number, text: string) => {
    reads[place]!.resolve({ text });
    await settled();
  };
  return { answers, reads, ask, at, answer };
}
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('answers of the recent past', () => {
  it('are read once for all who ask at once, and again when their time is over', async () => {
    const { ask, reads, at, answer } = rig();
    const asked = [ask(), ask()];
    await answer(0, 'a');
    expect(await Promise.all(asked)).toEqual([{ text: 'a' }, { text: 'a' }]);
    at(1_000);
    const late = ask();
    expect(reads).toHaveLength(2);
    await answer(1, 'b');
    expect((await late).text).toBe('b');
  });

  it('are forgotten once by all who found the same one useless', async () => {
    const { answers, ask, reads, answer } = rig();
    const [first, second] = [ask(), ask()];
    await answer(0, 'spent');
    answers.forget('k', first);
    const again = ask();
    answers.forget('k', second);
    void ask();
    expect(reads).toHaveLength(2);
    await answer(1, 'b');
    expect((await again).text).toBe('b');
  });

  it('are read again when the clock was set back, for how old they are cannot be told', async () => {
    const { ask, reads, at, answer } = rig();
    at(3_600_000);
    void ask();
    await answer(0, 'a');
    at(0);
    const asked = ask();
    await answer(1, 'b');
    expect((await asked).text).toBe('b');
    expect(reads).toHaveLength(2);
  });

  it('are renewed past half their time while who asks is answered, and are as old as the read that made them', async () => {
    const { ask, reads, at, answer } = rig();
    void ask();
    await answer(0, 'a');
    at(500);
    expect((await ask()).text).toBe('a');
    expect((await ask()).text).toBe('a');
    expect(reads).toHaveLength(2);
    at(900);
    await answer(1, 'b');
    expect((await ask()).text).toBe('b');
    // Read at 500.
    at(1_499);
    void ask();
    expect(reads).toHaveLength(3);
    at(1_500);
    const waits = ask();
    await answer(3, 'd');
    expect((await waits).text).toBe('d');
    // The renewal that was overtaken changes nothing.
    await answer(2, 'c');
    expect((await ask()).text).toBe('d');
  });

  it('never come back once forgotten, whether first read or renewed', async () => {
    const { answers, ask, reads, at, answer } = rig();
    const first = ask();
    answers.forget('k');
    await answer(0, 'old');
    expect((await first).text).toBe('old');
    void ask();
    await answer(1, 'a');
    at(600);
    void ask();
    answers.clear();
    await answer(2, 'old too');
    void ask();
    expect(reads).toHaveLength(4);
  });

  it('are asked for again after a failure; one of a renewal is not seen by who is answered from before', async () => {
    const { ask, reads, at, answer } = rig();
    const failing = ask();
    reads[0]!.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    void ask();
    await answer(1, 'a');
    at(500);
    void ask();
    reads[2]!.reject(new Error('away'));
    await settled();
    expect((await ask()).text).toBe('a');
    expect(reads).toHaveLength(4);
  });

  it('stay the same object where nothing changed, and are not kept where told so', async () => {
    const same = rig({ isSame: (before, after) => before.text === after.text });
    void same.ask();
    await same.answer(0, 'a');
    const before = await same.ask();
    same.at(500);
    void same.ask();
    await same.answer(1, 'a');
    same.at(1_400);
    expect(await same.ask()).toBe(before);

    const picky = rig({ keeps: ({ text }) => text !== 'none' });
    void picky.ask();
    await picky.answer(0, 'none');
    void picky.ask();
    await picky.answer(1, 'a');
    picky.at(500);
    void picky.ask();
    await picky.answer(2, 'none');
    void picky.ask();
    expect(picky.reads).toHaveLength(4);
  });

  it('are forgotten past their number, the one read longest ago first', async () => {
    const { ask, reads, answer } = rig();
    for (const [place, key] of ['a', 'b', 'c'].entries()) {
      void ask(key);
      await answer(place, key);
    }
    void ask('c');
    void ask('b');
    expect(reads).toHaveLength(3);
    void ask('a');
    expect(reads).toHaveLength(4);
  });
});
