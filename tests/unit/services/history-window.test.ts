import { describe, expect, it } from 'vitest';
import { behindReason, reachOf } from '@/lib/services/health/history-window';

const GB = 2 ** 30;
const HOUR = 3_600;
const full = { windowHours: 24, usedBytes: 10 * GB, maxBytes: 10 * GB, minRetentionHours: null };
const young = { windowHours: 0.1, usedBytes: GB / 1_000, maxBytes: 10 * GB, minRetentionHours: null };
const reasonAt = (hours: number, oplog: typeof full | null = full) =>
  behindReason({ name: 'night', tokenAgeSeconds: hours * HOUR }, oplog);

describe('how far history reaches back', () => {
  it('is its window once it is full', () => {
    expect(reachOf(full)).toBe(24 * HOUR);
    expect(reachOf({ ...full, usedBytes: 9.5 * GB })).toBe(24 * HOUR);
  });

  it('is what the window will be where it is not: a young one has lost nothing', () => {
    expect(reachOf({ ...full, windowHours: 6, usedBytes: 2.5 * GB })).toBe(24 * HOUR);
    expect(reachOf(young)).toBeCloseTo(1_000 * HOUR);
  });

  it('is never less than the server promises to keep', () => {
    expect(reachOf({ ...full, windowHours: 3, minRetentionHours: 24 as never })).toBe(24 * HOUR);
  });

  it('is its window where the server does not tell its size', () => {
    expect(reachOf({ ...full, usedBytes: null as never, maxBytes: null as never })).toBe(24 * HOUR);
  });
});

describe('a consumer', () => {
  it('is warned of with half the time left, and told how long that is', () => {
    expect(reasonAt(11)).toBeNull();
    expect(reasonAt(13)).toBe(
      'Consumer night is 13 h behind; history reaches back 24 h, so its place is lost in about 11 h.',
    );
  });

  it('past the window is told that its place is gone, also in a young history', () => {
    expect(reasonAt(25)).toContain('its place is gone, it will be reset');
    expect(reasonAt(1, young)).toBe(
      'Consumer night is 60 min behind and history goes back 6 min: its place is gone, it will be reset.',
    );
  });

  it('of a young history is not warned of while it keeps up, however short the window is', () => {
    expect(reasonAt(0.09, young)).toBeNull();
    expect(reasonAt(0.11, young)).toBeNull();
  });

  it('that never acknowledged, or a server that tells nothing, is no reason', () => {
    expect(behindReason({ name: 'new', tokenAgeSeconds: null }, full)).toBeNull();
    expect(reasonAt(100, null)).toBeNull();
  });
});
