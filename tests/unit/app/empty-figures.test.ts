import { describe, expect, it } from 'vitest';
import { sampleWords } from '@/app/(dashboard)/_dashboard/stat-cards';
import { costWords } from '@/app/(dashboard)/threads/thread-cost';

describe('a figure of nothing', () => {
  it('says so, and no number of nothing', () => {
    expect(costWords(0, 0, 0)).toBe('no attempt yet');
    expect(costWords(0, 2, 0)).toBe('– · 0 of 2 attempts reported');
    expect(costWords(1, 1, 0.5)).toBe('$0.50 · 1 of 1 attempt reported');
    expect(sampleWords(900, undefined)).toBe('nothing in the last 15 min');
    expect(sampleWords(900, 2_310)).toBe('last 15 min · n = 2,310');
  });
});
