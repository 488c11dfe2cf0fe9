import { ObjectId } from 'mongodb';
import { expect, it } from 'vitest';
import { tooLong } from '@/lib/store/document-size';

it('a record is too long when nothing could be added to it any more', () => {
  const _id = new ObjectId();
  expect(tooLong({ _id, body: 'x'.repeat(240_000) })).toBeNull();
  expect(tooLong({ _id, body: 'x'.repeat(254_000) })).toMatch(
    /^the whole record: got 254\d{3} bytes, wants at most 253952$/,
  );
});

it('a field that looks like BSON of another driver is no reason to fail', () => {
  expect(tooLong({ body: 'x', meta: { _bsontype: 'Long', low_: 1, high_: 0 } })).toBeNull();
});
