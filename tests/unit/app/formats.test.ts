import { describe, expect, it } from 'vitest';
import { formatAgo, formatDuration } from '@/app/_ui/duration';
import { formatBytes, formatCount, plural } from '@/app/_ui/number';
import { nextPath } from '@/app/_live/session';

describe('numbers on a page', () => {
  it('shows no data as a dash, never as zero', () => {
    expect([formatDuration(null), formatCount(undefined), formatBytes(null)]).toEqual(['–', '–', '–']);
  });

  it.each([
    [0.4, '0.4 ms'],
    [14, '14 ms'],
    [4_200, '4.2 s'],
    [90_000, '90 s'],
    [3_600_000, '60 min'],
    [86_400_000, '24 h'],
    [864_000_000, '10 d'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('does not count seconds of what has just happened', () => {
    expect([formatAgo(400), formatAgo(7_000), formatAgo(61_000)]).toEqual(['now', '7 s ago', '1 min ago']);
  });

  it('says how long it is until what is yet to come: a token that expires in four hours looked spent', () => {
    expect([formatAgo(-4 * 3_600_000), formatAgo(-1_000)]).toEqual(['in 4 h', 'now']);
  });

  it('says one thing in the singular', () => {
    expect([plural(1, 'change'), plural(3, 'change')]).toEqual(['1 change', '3 changes']);
  });
});

describe('where signing in leads', () => {
  it.each([
    ['?next=%2Fthreads%2F1%3Fq%3Da', '/threads/1?q=a'],
    ['', '/'],
    ['?next=https://elsewhere.example/', '/'],
    ['?next=//elsewhere.example', '/'],
    ['?next=/%5Celsewhere.example', '/'],
  ])('follows %s to %s and never off this site', (search, path) => expect(nextPath(search)).toBe(path));
});
