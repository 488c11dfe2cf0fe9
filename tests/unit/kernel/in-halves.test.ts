import { expect, it } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { InHalves } from '@/lib/kernel/in-halves';

const rows = (count: number) => Array.from({ length: count }, (_, at) => at);

it('a large batch goes in two halves, and its answers come in order', async () => {
  const parts: number[] = [];
  const answers = await new InHalves().run(rows(101), async part => {
    parts.push(part.length);
    return part.map(row => row * 2);
  });
  expect(parts).toEqual([51, 50]);
  expect(answers).toEqual(rows(101).map(row => row * 2));
});

it('goes whole when it is small, or while another is under way', async () => {
  const halves = new InHalves();
  const parts: number[] = [];
  const note = async (part: number[]) => {
    parts.push(part.length);
    return part;
  };
  await halves.run(rows(39), note);
  const held = deferred<number[]>();
  const first = halves.run(rows(2), () => held.promise);
  await halves.run(rows(100), note);
  held.resolve([]);
  await first;
  await halves.run(rows(100), note);
  expect(parts).toEqual([39, 100, 50, 50]);
});

it('fails as one half did, not before the other is over, and is free again', async () => {
  const halves = new InHalves();
  const other = deferred<number[]>();
  let isOver = false;
  const failing = halves
    .run(rows(100), part => (part[0] === 0 ? Promise.reject(new Error('half')) : other.promise))
    .finally(() => (isOver = true));
  failing.catch(() => undefined);
  await new Promise(resolve => setImmediate(resolve));
  expect(isOver).toBe(false);
  other.resolve([]);
  await expect(failing).rejects.toThrow('half');
  const parts: number[] = [];
  await halves.run(rows(80), async part => {
    parts.push(part.length);
    return part;
  });
  expect(parts).toEqual([40, 40]);
});
