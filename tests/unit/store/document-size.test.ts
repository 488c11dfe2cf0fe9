import { BSON, ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { tooLong } from '@/lib/store/document-size';

it('a record is too long past 256 KiB', () => {
  const _id = new ObjectId();
  const around = BSON.calculateObjectSize({ _id, body: '' });
  expect(tooLong({ _id, body: 'x'.repeat(262_144 - around) })).toBeNull();
  expect(tooLong({ _id, body: 'x'.repeat(262_145 - around) })).toBe(
    'the whole record: got 262145 bytes, wants at most 262144',
  );
});

it('a field that looks like BSON of another driver is no reason to fail', () => {
  expect(tooLong({ body: 'x', meta: { _bsontype: 'Long', low_: 1, high_: 0 } })).toBeNull();
});
