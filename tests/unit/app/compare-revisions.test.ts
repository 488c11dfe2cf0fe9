import { describe, expect, it } from 'vitest';
import { compareRevisions } from '@/app/(dashboard)/agents/compare-revisions';

const save = (revision: number, ...changes: [string, unknown, unknown][]) => ({
  revision,
  at: '2026-11-21T10:00:00.000Z',
  by: 'rita',
  changes: changes.map(([field, before, after]) => ({ field, before, after })),
});

const REVISIONS = [
  save(4, ['tools', [], ['Read']]),
  save(3, ['systemPrompt', 'two', 'three'], ['concurrency', 2, 1]),
  save(2, ['systemPrompt', 'one', 'two'], ['concurrency', 1, 2]),
  save(1, ['name', null, 'Research']),
];

describe('two revisions', () => {
  it('differ by what stood before the first save between them and after the last', () => {
    expect(compareRevisions(REVISIONS, 1, 4)).toEqual([
      { field: 'systemPrompt', before: 'one', after: 'three' },
      { field: 'tools', before: [], after: ['Read'] },
    ]);
  });

  it('differ the other way round when the later one comes first', () => {
    expect(compareRevisions(REVISIONS, 3, 1)).toEqual([{ field: 'systemPrompt', before: 'three', after: 'one' }]);
  });

  it('do not differ from themselves, nor by what was changed and changed back', () => {
    expect(compareRevisions(REVISIONS, 2, 2)).toEqual([]);
    expect(compareRevisions(REVISIONS, 1, 3).map(({ field }) => field)).toEqual(['systemPrompt']);
  });
});
