import { describe, expect, it } from 'vitest';
import { Drops } from '@/lib/store/change-source/drops';
import type { RawChange } from '@/lib/store/change-source/raw-change';

const change = (operationType: string, coll?: string): RawChange => ({
  _id: { _data: '82' },
  operationType,
  ...(coll === undefined ? {} : { ns: { coll } }),
});
const drop = change('drop', 'messages');
const lost = expect.objectContaining({ code: 'history-lost' });

describe('a drop in the stream', () => {
  it.each<[string, RawChange | null]>([
    ['nothing', null],
    ['an event', change('insert', 'messages')],
    ['an event of another collection', change('update', 'tasks')],
  ])('with %s behind it is the end of history', (_, next) => {
    const drops = new Drops();
    expect(drops.holds(drop)).toBe(true);
    expect(() => drops.holds(next)).toThrow(lost);
  });

  it('waits for all that go together', () => {
    const drops = new Drops();
    const together = [drop, change('drop', 'tasks'), change('rename', 'runs')];
    expect(together.map(one => drops.holds(one))).toEqual([true, true, true]);
    expect(() => drops.holds(null)).toThrow(lost);
  });

  it.each([change('drop', 'plane-meta'), change('rename', 'plane-meta'), change('dropDatabase')])(
    'before the stream itself goes says nothing: %o',
    end => {
      const drops = new Drops();
      drops.holds(drop);
      expect([drops.holds(end), drops.holds(null)]).toEqual([false, false]);
    },
  );
});
