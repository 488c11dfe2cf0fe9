import { describe, expect, it } from 'vitest';
import { BundleMemory, type BundleShare } from '@/lib/services/dispatches/bundle/bundle-memory';
import { NoRoom } from '@/lib/services/dispatches/bundle/reading-room';

/** What the claims of one process hold in memory together is bounded, whatever each of them reads. */

const PATIENCE_MS = 60_000;
/** As the class has them. */
const READING = 5;
const HELD = 128_000_000;

const settled = () => new Promise(done => setImmediate(done));

async function entered(memory: BundleMemory, count: number): Promise<BundleShare[]> {
  const shares = Array.from({ length: count }, () => memory.share());
  await Promise.all(shares.map(share => share.enter()));
  return shares;
}

/** A share that comes now, and whether it is in. */
function comer(memory: BundleMemory) {
  const share = memory.share();
  const state = { share, isIn: false, entering: Promise.resolve() };
  state.entering = share.enter().then(() => void (state.isIn = true));
  return state;
}

describe('of claims that read at once', () => {
  it.each([
    ['has read', (share: BundleShare) => share.read()],
    ['is over before it has read', (share: BundleShare) => share.end()],
  ])('one more waits until one of them %s, in the order they came', async (_, leave) => {
    const memory = new BundleMemory(PATIENCE_MS);
    const [first] = await entered(memory, READING);
    const [sixth, seventh] = [comer(memory), comer(memory)];
    await settled();
    expect([sixth.isIn, seventh.isIn]).toEqual([false, false]);
    leave(first!);
    leave(first!);
    await settled();
    expect([sixth.isIn, seventh.isIn]).toEqual([true, false]);
  });

  it('one that is over while it waits gives its turn to the next', async () => {
    const memory = new BundleMemory(PATIENCE_MS);
    const [first] = await entered(memory, READING);
    const [sixth, seventh] = [comer(memory), comer(memory)];
    sixth.share.end();
    first!.end();
    await settled();
    expect(seventh.isIn).toBe(true);
  });
});

describe('while answers under way are as long as may be', () => {
  it('nobody reads, until one of them is answered', async () => {
    const memory = new BundleMemory(PATIENCE_MS);
    const [long] = await entered(memory, 1);
    long!.took(HELD);
    long!.read();
    const next = comer(memory);
    await settled();
    expect(next.isIn).toBe(false);
    long!.end();
    await settled();
    expect(next.isIn).toBe(true);
  });

  it('who waits too long is told, and takes no place with it', async () => {
    const memory = new BundleMemory(20);
    const [long] = await entered(memory, 1);
    long!.took(HELD);
    await expect(memory.share().enter()).rejects.toThrow(NoRoom);
    long!.end();
    await entered(memory, READING);
    await expect(memory.share().enter()).rejects.toThrow(NoRoom);
  });

  it('what is counted after the end is not counted', async () => {
    const memory = new BundleMemory(20);
    const [late] = await entered(memory, 1);
    late!.end();
    late!.took(HELD);
    await entered(memory, READING);
  });
});
