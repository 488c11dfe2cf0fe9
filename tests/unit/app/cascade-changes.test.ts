import { describe, expect, it } from 'vitest';
import { cascadeChanges } from '@/app/(dashboard)/threads/cascade-changes';

const step = (kind: 'client' | 'brand', name: string, context = '') => ({ id: name, kind, slug: name, name, context });
const acme = {
  steps: [step('client', 'Acme', 'Be short.'), step('brand', 'Tea')],
  labels: { lang: 'en', tier: '1' },
  labelsLeftOut: 0,
};
const zeta = { steps: [step('client', 'Zeta', 'Be long.')], labels: { lang: 'de', tier: '1' }, labelsLeftOut: 0 };

describe('what follows from a move', () => {
  it('is each tag, label and context that is not the same there', () => {
    expect(cascadeChanges(acme, zeta)).toEqual([
      { field: 'client', before: 'Acme', after: 'Zeta' },
      { field: 'brand', before: 'Tea', after: null },
      { field: 'lang', before: 'en', after: 'de' },
      { field: 'context', before: '# Acme\nBe short.', after: '# Zeta\nBe long.' },
    ]);
  });

  it('is everything when there was nothing before, and nothing when all is the same', () => {
    const nowhere = { steps: [], labels: {}, labelsLeftOut: 0 };
    expect(cascadeChanges(nowhere, acme).map(({ field }) => field)).toEqual([
      'client',
      'brand',
      'lang',
      'tier',
      'context',
    ]);
    expect(cascadeChanges(acme, acme)).toEqual([]);
  });
});
