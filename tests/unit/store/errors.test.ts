import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { describe, expect, it } from 'vitest';
import { toDomainError } from '@/lib/store/errors';

const serverError = (code: number) => new MongoServerError({ message: 'as the server says', code });

describe('driver errors', () => {
  it.each([
    [
      'a majority that did not confirm',
      new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'late' } }),
    ],
    ['a primary that stepped down under a command', serverError(11_602)],
    ['a primary that is none any more', serverError(10_107)],
    ['a connection that was lost', new MongoNetworkError('gone')],
  ])('of %s pass, and leave open whether it was kept', (_, error) => {
    expect(toDomainError(error)).toMatchObject({ code: 'unavailable', retry: 'backoff' });
    expect(String(toDomainError(error))).toContain('may have been kept');
  });

  it.each([
    ['a node that recovers', 13_436],
    ['a node that is no primary', 13_435],
    ['a cursor that went with its node', 43],
    ['a majority that nobody knows yet', 134],
  ])('of %s pass: it was a read, and can be had again', (_, code) => {
    expect(toDomainError(serverError(code))).toMatchObject({ code: 'unavailable', retry: 'backoff' });
    expect(String(toDomainError(serverError(code)))).toContain('Nothing was changed');
  });

  it('of a repeat whose first try is not confirmed yet pass: it is the same record', () => {
    const error = new MongoServerError({ message: 'E11000', code: 11_000, keyPattern: { _id: 1 } });
    expect(toDomainError(error)).toMatchObject({ code: 'unavailable', retry: 'backoff' });
  });

  it('of any other unique index stay', () => {
    const error = new MongoServerError({ message: 'E11000', code: 11_000, keyPattern: { tenantId: 1, slug: 1 } });
    expect(toDomainError(error)).toMatchObject({ code: 'conflict', retry: 'never' });
  });

  it('of a server that was not reached pass, and say that nothing was changed', () => {
    const handshake = new MongoNetworkError('gone');
    handshake.addErrorLabel('HandshakeError');
    for (const error of [handshake, new MongoServerSelectionError('none', {} as never)]) {
      expect(toDomainError(error)).toMatchObject({ code: 'unavailable', retry: 'backoff' });
      expect(String(toDomainError(error))).toContain('Nothing was changed');
    }
  });

  it('of a bulk that no server took pass, though it hides why', () => {
    const hidden = new MongoServerSelectionError('none in 2,500 ms', {} as never);
    const bulk = new MongoBulkWriteError(hidden as never, { getWriteConcernError: () => undefined } as never);
    expect(toDomainError(bulk)).toMatchObject({ code: 'unavailable', retry: 'backoff' });
  });

  it('of no known kind stay what they are', () => {
    const odd = serverError(8_000_001);
    expect(toDomainError(odd)).toBe(odd);
  });
});
