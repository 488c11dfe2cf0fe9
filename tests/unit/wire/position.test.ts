import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_POSITION_CHARACTERS } from '@/lib/domain/event/schema';
import {
  CLOCK_TOLERANCE_MS,
  MAX_TOKEN_CHARACTERS,
  comparePositions,
  encodePosition,
  isEncodableToken,
  judgePosition,
  parsePosition,
  positionTimeMs,
  subPoint,
} from '@/lib/wire/position';

const identity = { databaseId: 'k3v9x2m7q1', streamEpoch: 1, pipelineVersion: 'a1b2c3' };
const EVENT =
  '826B0160E3000000022B022C0100296E5A10046FD74960E1404F91A4478065EDE14A6B46645F696400646B0160E3405FCAA6DAE63E7A0004';
const IDLE = '826B0160E2000000022B0229296E04';
const EVENT_MS = 0x6b0160e3 * 1_000;

const token = fc
  .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.uint8Array({ minLength: 4, maxLength: 120 }))
  .map(([seconds, rest]) =>
    `82${seconds.toString(16).padStart(8, '0')}${Buffer.from(rest).toString('hex')}`.toUpperCase(),
  );

describe('a position', () => {
  it('is one line of the allowed characters, within 512', () => {
    const longest = `82${'0'.repeat(16)}${'AB'.repeat((MAX_TOKEN_CHARACTERS - 18) / 2)}`;
    for (const text of [encodePosition(identity, EVENT), encodePosition(identity, subPoint(longest, 999_999))]) {
      expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(text.length).toBeLessThanOrEqual(MAX_POSITION_CHARACTERS);
    }
  });

  it('gives back what went in, whatever the token', () => {
    fc.assert(
      fc.property(token, fc.integer({ min: 0, max: 999_999 }), (hex, sub) => {
        const point = sub === 0 ? hex : subPoint(hex, sub);
        expect(parsePosition(encodePosition(identity, point))).toEqual({ ...identity, point });
      }),
    );
  });

  it('compares as the server compares tokens: by their bytes', () => {
    fc.assert(
      fc.property(token, token, (a, b) => {
        const expected = Math.sign(Buffer.compare(Buffer.from(a, 'hex'), Buffer.from(b, 'hex')));
        expect(comparePositions(encodePosition(identity, a), encodePosition(identity, b))).toBe(expected);
      }),
    );
  });

  it('sorts merged events after their token and before the next', () => {
    const order = [
      IDLE,
      EVENT,
      subPoint(EVENT, 1),
      subPoint(EVENT, 2),
      subPoint(EVENT, 10),
      '826B0160E4'.padEnd(18, '0'),
    ];
    const texts = order.map(point => encodePosition(identity, point));
    for (let at = 1; at < texts.length; at += 1) expect(comparePositions(texts[at - 1]!, texts[at]!)).toBe(-1);
  });

  it('cannot be compared with one of another stream', () => {
    const other = encodePosition({ ...identity, databaseId: 'zzzzzzzzzz' }, EVENT);
    expect(comparePositions(other, encodePosition(identity, EVENT))).toBeNull();
  });

  it('tells the server time of its token', () => {
    expect(positionTimeMs(EVENT)).toBe(EVENT_MS);
  });

  it('is never given out for a token too long to be one', () => {
    expect(isEncodableToken(EVENT)).toBe(true);
    expect(isEncodableToken(EVENT + 'AB'.repeat(MAX_TOKEN_CHARACTERS))).toBe(false);
    expect(isEncodableToken('not hex')).toBe(false);
  });
});

describe('judging a position', () => {
  const good = encodePosition(identity, EVENT);
  const judge = (text: string, nowMs = EVENT_MS) => judgePosition(text, identity, nowMs);

  it('takes its own', () => {
    expect(judge(good)).toEqual({ ok: true, point: EVENT, token: EVENT });
    expect(judge(encodePosition(identity, subPoint(EVENT, 3)))).toEqual({
      ok: true,
      point: subPoint(EVENT, 3),
      token: EVENT,
    });
  });

  it.each([
    ['', 'malformed-position'],
    ['garbage', 'malformed-position'],
    [EVENT, 'malformed-position'],
    [good.slice(0, -1), 'malformed-position'],
    [`${good}x`, 'malformed-position'],
    ['x'.repeat(4_000), 'malformed-position'],
    [encodePosition({ ...identity, databaseId: 'other12345' }, EVENT), 'other-database'],
    [encodePosition({ ...identity, streamEpoch: 2 }, EVENT), 'stream-restarted'],
    [encodePosition({ ...identity, pipelineVersion: 'zzzzzz' }, EVENT), 'pipeline-changed'],
  ])('refuses %j as %s', (text, reason) => {
    expect(judge(text)).toEqual({ ok: false, reason });
  });

  it('refuses what lies ahead of the clock by more than clocks differ', () => {
    expect(judge(good, EVENT_MS - CLOCK_TOLERANCE_MS)).toMatchObject({ ok: true });
    expect(judge(good, EVENT_MS - CLOCK_TOLERANCE_MS - 1)).toEqual({ ok: false, reason: 'ahead-of-clock' });
  });

  it('knows a position in which any one character was changed', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...'abzAZ09._-'), (at, character) => {
        fc.pre(good[at] !== character);
        expect(judge(good.slice(0, at) + character + good.slice(at + 1))).toMatchObject({ ok: false });
      }),
    );
  });
});
