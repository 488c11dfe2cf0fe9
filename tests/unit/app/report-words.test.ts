import { expect, it } from 'vitest';
import { lineOf } from '@/app/(dashboard)/runs/report-words';
import type { Report } from '@/lib/domain/report/schema';

const MARKED = '## No *login*\n\n---\n- `npm login` says **401**';
const PLAIN = 'No login npm login says 401';

it.each([
  ['blocker', { reason: MARKED, needs: 'one' }],
  ['question', { question: MARKED }],
  ['handoff', { context: MARKED, inputs: {} }],
  ['result', { output: MARKED, deliverables: [] }],
])('a %s in one line has no marks', (kind, said) => {
  expect(lineOf({ kind, ...said } as unknown as Report)).toBe(PLAIN);
});

it('a handoff without a word of context names its inputs', () => {
  expect(lineOf({ kind: 'handoff', context: ' ', inputs: { a: 1, b: 2 } } as unknown as Report)).toBe('a, b');
});

it('a path in code keeps its stars', () => {
  expect(lineOf({ kind: 'question', question: 'Is `src/**/*.ts` all?' } as unknown as Report)).toBe(
    'Is src/**/*.ts all?',
  );
});
