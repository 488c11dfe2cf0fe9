import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { AdoptionQueue } from '@/lib/services/messages/adoption/adoption-queue';
import { until } from '../sdk/until';

const A = 'a'.repeat(24);
const B = 'b'.repeat(24);
const C = 'c'.repeat(24);
let queue: AdoptionQueue;
afterEach(() => queue.close());

function rig() {
  const adopted: string[][] = [];
  queue = new AdoptionQueue({
    messages: ids => {
      adopted.push(ids.map(String));
      return Promise.resolve();
    },
    task: () => Promise.resolve(),
    threads: () => Promise.resolve(),
    failed: error => {
      throw error;
    },
  });
  return adopted;
}

describe('adoption queue', () => {
  it('lets each wait its own time: one that has just come is not taken along', async () => {
    const adopted = rig();
    queue.note('message', A);
    await new Promise(resolve => setTimeout(resolve, 150));
    queue.note('message', B);
    await until('the first is taken up', () => adopted.length > 0);
    expect(adopted).toEqual([[A]]);
    await until('the second is taken up', () => adopted.length > 1);
    expect(adopted[1]).toEqual([B]);
  });

  it('lets them wait longer while claims come by id, and as before once none does', async () => {
    const adopted = rig();
    queue.note('message', A);
    await queue.hold(A, () => Promise.resolve(true), Boolean);
    queue.note('message', B);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(adopted).toEqual([]);
    await until('it is taken up all the same', () => adopted.length > 0);
    expect(adopted).toEqual([[B]]);
    const notedMs = performance.now();
    queue.note('message', C);
    await until('the next is taken up', () => adopted.length > 1);
    expect(performance.now() - notedMs).toBeLessThan(600);
  });

  it('takes nothing more up once it is closed, however much waits', async () => {
    const first = deferred<void>();
    const adopted: number[] = [];
    queue = new AdoptionQueue({
      messages: ids => {
        adopted.push(ids.length);
        return first.promise;
      },
      task: () => Promise.resolve(),
      threads: () => Promise.resolve(),
      failed: () => undefined,
    });
    for (let at = 0; at < 450; at += 1) queue.note('message', at.toString(16).padStart(24, '0'));
    const flushing = queue.flush();
    await until('the first batch is under way', () => adopted.length > 0);
    const closing = queue.close();
    first.resolve();
    await Promise.all([closing, flushing]);
    expect(adopted).toEqual([200]);
  });

  it('waits for nobody who reads', async () => {
    const adopted = rig();
    queue.note('message', A);
    queue.note('message', B);
    await queue.flush();
    expect(adopted).toEqual([[A, B]]);
  });

  it('leaves alone what a claim takes up, and takes up what a claim left', async () => {
    const adopted = rig();
    const [took, left] = [deferred<boolean>(), deferred<boolean>()];
    queue.note('message', A);
    const claims = [queue.hold(A, () => took.promise, Boolean), queue.hold(B, () => left.promise, Boolean)];
    queue.note('message', B);
    const flushed = queue.flush();
    expect(adopted).toEqual([]);
    took.resolve(true);
    left.resolve(false);
    expect(await Promise.all(claims)).toEqual([true, false]);
    await flushed;
    await until('the one that was left is taken up', () => adopted.length > 0);
    expect(adopted).toEqual([[B]]);
  });

  it('answers a second claim null when the first took it, and lets it try when it did not', async () => {
    rig();
    const first = deferred<boolean>();
    const held = queue.hold(A, () => first.promise, Boolean);
    let tried = 0;
    const second = queue.hold(A, () => Promise.resolve((tried += 1) > 0), Boolean);
    first.resolve(true);
    expect(await held).toBe(true);
    expect(await second).toBeNull();
    expect(tried).toBe(0);
    expect(await queue.hold(A, () => Promise.resolve(false), Boolean)).toBe(false);
    expect(await queue.hold(A, () => Promise.resolve(true), Boolean)).toBe(true);
  });

  it('lends what waits to one claim, and whoever wants it taken up waits for that claim', async () => {
    const adopted = rig();
    queue.note('message', A);
    queue.note('message', B);
    expect(queue.waiting()).toEqual([A, B]);
    const [a, b] = [queue.lend(A)!, queue.lend(B)!];
    expect(queue.waiting()).toEqual([]);
    expect(queue.lend(A)).toBeNull();
    const byId = queue.hold(A, () => Promise.resolve(true), Boolean);
    const flushed = queue.flush();
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(adopted).toEqual([]);
    a.back(true);
    b.back(false);
    expect(await byId).toBeNull();
    await flushed;
    expect(adopted).toEqual([[B]]);
    expect(queue.waiting()).toEqual([]);
  });

  it('keeps what came back in its place, however often it was lent', async () => {
    const adopted = rig();
    queue.note('message', A);
    const notedMs = performance.now();
    while (adopted.length === 0 && performance.now() - notedMs < 600) {
      queue.lend(A)?.back(false);
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    expect(adopted).toEqual([[A]]);
  });

  it('forgets what was taken up by whomever, also while a claim holds it', async () => {
    const adopted = rig();
    queue.note('message', A);
    queue.note('message', B);
    const lent = queue.lend(B)!;
    queue.forget(A);
    queue.forget(B);
    lent.back(false);
    expect(queue.waiting()).toEqual([]);
    await queue.flush();
    expect(adopted).toEqual([]);
  });

  it('takes up what one claim after the other holds and leaves, and goes on', async () => {
    const adopted = rig();
    queue.note('message', A);
    queue.note('message', B);
    let claims = 0;
    const again = async (): Promise<void> => {
      claims += 1;
      await queue.hold(A, () => new Promise(resolve => setTimeout(() => resolve(false), 20)), Boolean);
      if (claims < 50) await again();
    };
    const claiming = again();
    await queue.flush();
    expect(adopted.flat().toSorted()).toEqual([A, B]);
    expect(claims).toBeLessThan(10);
    claims = 50;
    await claiming;
  });

  it('says when something can be found that could not before', async () => {
    const adopting = deferred<void>();
    queue = new AdoptionQueue({
      messages: () => adopting.promise,
      task: () => Promise.resolve(),
      threads: () => Promise.resolve(),
      failed: () => undefined,
    });
    expect(queue.settled()).toBeNull();
    queue.note('message', A);
    queue.note('message', B);
    const { turns } = queue;
    const lent = queue.lend(B)!;
    lent.keep();
    expect(queue.turns).toBe(turns);
    queue.lend(B)!.back(false);
    expect(queue.turns).toBe(turns + 1);
    const flushed = queue.flush();
    expect(queue.has(A)).toBe(true);
    expect(queue.waiting()).toEqual([]);
    const settling = queue.settled();
    expect(settling).not.toBeNull();
    adopting.resolve();
    await settling;
    expect(queue.turns).toBe(turns + 2);
    await flushed;
    expect(queue.has(A)).toBe(false);
  });

  it('lets them wait the longer the later claims come, and says so to whoever takes up what was left lying', async () => {
    const adopted = rig();
    const claim = deferred<boolean>();
    queue.note('message', A);
    const claiming = queue.hold(A, () => claim.promise, Boolean);
    await new Promise(resolve => setTimeout(resolve, 900));
    claim.resolve(true);
    await claiming;
    queue.note('message', B);
    const notedMs = performance.now();
    const isAt = (ms: number) => new Promise(resolve => setTimeout(resolve, notedMs + ms - performance.now()));
    await isAt(700);
    await queue.hold(C, () => Promise.resolve(true), Boolean);
    await isAt(1_400);
    expect(adopted).toEqual([]);
    expect(queue.keeps(B)).toBe(true);
    await until('they are taken up all the same', () => adopted.length > 0);
    expect(adopted[0]).toContain(B);
    expect(queue.keeps(B)).toBe(false);
  });

  it('tells who looked while it was lent that it is there again, and nobody who did not', () => {
    rig();
    queue.note('message', A);
    const { turns } = queue;
    queue.lend(A)!.keep();
    expect(queue.turns).toBe(turns);
    const lent = queue.lend(A)!;
    expect(queue.waiting()).toEqual([]);
    lent.keep();
    expect(queue.turns).toBe(turns + 1);
    const again = queue.lend(A)!;
    expect(queue.lend(A)).toBeNull();
    again.keep();
    expect(queue.turns).toBe(turns + 2);
  });
});

const rigWith = (messages: (ids: string[]) => Promise<void>) => {
  const failures: unknown[] = [];
  queue = new AdoptionQueue({
    messages: ids => messages(ids.map(String)),
    task: () => Promise.resolve(),
    threads: () => Promise.resolve(),
    failed: error => failures.push(error),
  });
  return failures;
};

describe('what cannot be taken up', () => {
  it('is known to come first in its thread until somebody took it up', async () => {
    rigWith(() => Promise.reject(new Error('no primary')));
    queue.note('message', A);
    await expect(queue.flush()).rejects.toThrow('no primary');
    expect(queue.waiting()).toEqual([]);
    expect(queue.has(A)).toBe(true);
    queue.forget(A);
    expect(queue.has(A)).toBe(false);
  });

  it('holds up nothing but itself, and who reads for a second at most', async () => {
    const stuck = deferred<void>();
    const adopted: string[] = [];
    const failures = rigWith(async ids => {
      if (ids.includes(A)) await stuck.promise;
      adopted.push(...ids);
    });
    queue.note('message', A);
    const startedMs = performance.now();
    const flushed = queue.flush();
    queue.note('message', B);
    await until('the next is taken up', () => adopted.includes(B));
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(queue.has(A)).toBe(true);
    await flushed;
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    await queue.flush();
    stuck.reject(new Error('its transaction was cut off'));
    await until('its end is told', () => failures.length === 1);
    expect(queue.settled()).toBeNull();
  });

  it('leaves the queue its turns, also beside what is taken up out of turn', async () => {
    const first = deferred<void>();
    const adopted: string[][] = [];
    rigWith(ids => (adopted.push(ids), ids.includes(A) ? first.promise : Promise.resolve()));
    queue.note('message', A);
    const flushed = queue.flush();
    await queue.takeUp([C]);
    queue.note('message', B);
    const second = queue.flush();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(adopted).toEqual([[A], [C]]);
    first.resolve();
    await Promise.all([flushed, second]);
    expect(adopted).toEqual([[A], [C], [B]]);
  });

  it('is taken up at most once at a time, however many ask for it, and little of it at once', async () => {
    const stuck = deferred<void>();
    let calls = 0;
    rigWith(() => ((calls += 1), stuck.promise));
    const ids = Array.from({ length: 9 }, (_, at) => String(at).repeat(24));
    const asking = ids.flatMap(id => [queue.takeUp([id]), queue.takeUp([id])]);
    expect(calls).toBe(5);
    stuck.resolve();
    await Promise.all(asking);
    expect(calls).toBe(9);
    expect(queue.has(ids[0]!)).toBe(false);
  });
});
