import { ObjectId } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { deferred } from '@/lib/kernel/deferred';
import { ThreadOpener } from '@/lib/services/messages/adoption/thread-opener';
import type { NewThread } from '@/lib/store/threads';
import { until } from '../sdk/until';

const thread = (title: string): NewThread => ({ _id: new ObjectId(), title }) as NewThread;
const [A, B, C] = [thread('A'), thread('B'), thread('C')];

let opener: ThreadOpener;
let isAway = false;
afterEach(async () => {
  isAway = false;
  await opener.close();
});

function rig(write: () => Promise<void> = async () => undefined) {
  const opened: string[][] = [];
  const failures: unknown[] = [];
  opener = new ThreadOpener(
    async threads => {
      await write();
      if (isAway) throw new ControlPlaneError('unavailable', 'the database is away');
      opened.push(threads.map(({ title }) => title));
    },
    error => failures.push(error),
  );
  return { opened, failures };
}

describe('thread opener', () => {
  it('writes those of one tick together, by itself', async () => {
    const { opened } = rig();
    for (const each of [A, B, A]) expect(opener.note(each)).toBe(true);
    expect(opened).toEqual([]);
    await until('the tick is over', () => opened.length > 0);
    expect(opened).toEqual([['A', 'B']]);
  });

  it('waits for nobody who reads, and writes nothing twice', async () => {
    const { opened } = rig();
    opener.note(A);
    await Promise.all([opener.flush(), opener.flush()]);
    await opener.flush();
    expect(opened).toEqual([['A']]);
  });

  it('holds up only who needs what is coming, also while it is being written', async () => {
    const writing = deferred<void>();
    const { opened } = rig(() => writing.promise);
    opener.note(A);
    await opener.opened([B._id]);
    const flushed = opener.flush();
    let isThere = false;
    const needed = opener.opened([A._id]).then(() => (isThere = true));
    await opener.opened([B._id]);
    expect(isThere).toBe(false);
    writing.resolve();
    await Promise.all([flushed, needed]);
    expect(opened).toEqual([['A']]);
  });

  it('loses nothing while the database is away, and tells who reads', async () => {
    const { opened, failures } = rig();
    isAway = true;
    opener.note(A);
    await expect(opener.flush()).rejects.toThrow('away');
    opener.note(B);
    await until('the tick failed as well', () => failures.length > 0);
    isAway = false;
    opener.note(C);
    await opener.flush();
    expect(opened).toEqual([['A', 'B', 'C']]);
  });

  it('lets go of what cannot be written, and stands in nobody’s way', async () => {
    let isWhole = false;
    const { opened, failures } = rig(async () => {
      if (!isWhole) throw new ControlPlaneError('too-large', 'The record would be over 256 KiB.');
    });
    opener.note(A);
    await opener.flush();
    expect(failures).toHaveLength(1);
    isWhole = true;
    opener.note(B);
    await opener.flush();
    expect(opened).toEqual([['B']]);
  });

  it('writes at once when enough wait, and while it writes lets them gather', async () => {
    const writing = deferred<void>();
    const { opened } = rig(() => writing.promise);
    const many = Array.from({ length: 20 }, (_, n) => thread(String(n)));
    for (const each of many.slice(0, 8)) opener.note(each);
    const first = opener.flush();
    for (const each of many.slice(8, 18)) opener.note(each);
    writing.resolve();
    await first;
    expect(opened[0]).toHaveLength(8);
    opener.note(many[18]!);
    await opener.opened([many[18]!._id]);
    expect(opened.flat()).toHaveLength(19);
  });

  it('is not hurried by many while the database is away', async () => {
    const { failures } = rig();
    isAway = true;
    const many = Array.from({ length: 40 }, (_, n) => thread(String(n)));
    for (const each of many) {
      opener.note(each);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(failures).toHaveLength(1);
    isAway = false;
  });

  it('tries again by itself', async () => {
    const { opened, failures } = rig();
    isAway = true;
    opener.note(A);
    await until('the tick failed', () => failures.length > 0);
    isAway = false;
    await until('it was tried again', () => opened.length > 0);
    expect(opened).toEqual([['A']]);
  });

  it('leaves to others what it has no room for, with what is being written', async () => {
    const writing = deferred<void>();
    rig(() => writing.promise);
    const answers = Array.from({ length: 1_001 }, (_, n) => opener.note(thread(String(n))));
    expect(answers.indexOf(false)).toBe(1_000);
    writing.resolve();
  });
});
