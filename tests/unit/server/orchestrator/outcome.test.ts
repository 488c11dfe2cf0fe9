import { describe, expect, it } from 'vitest';
import type { ChildEnd } from '@/lib/server/orchestrator/child-process';
import { outcomeOf, readPlainOutput, type OutputReader, type StopReason } from '@/lib/server/orchestrator/outcome';

const plain: OutputReader = { read: readPlainOutput };
const ended = (end: Partial<ChildEnd>): ChildEnd => ({
  code: 0,
  signal: null,
  output: 'answer\n',
  errorTail: '',
  started: true,
  ...end,
});

describe('outcome of a child', () => {
  it.each([
    ['exit 0 completes, without the last newline', ended({}), { kind: 'complete', output: 'answer' }],
    ['exit 75 is tried again', ended({ code: 75 }), { kind: 'fail', retryable: true }],
    ['exit 1 fails for good', ended({ code: 1, errorTail: 'why' }), { kind: 'fail', retryable: false }],
    ['a kill from outside is tried again', ended({ code: null, signal: 'SIGKILL' }), { kind: 'fail', retryable: true }],
    ['so is one the shell reports', ended({ code: 137 }), { kind: 'fail', retryable: true }],
    [
      'a program that could not start is tried again',
      ended({ code: null, started: false }),
      { kind: 'fail', retryable: true },
    ],
  ])('%s', (_title, end, expected) => {
    expect(outcomeOf(end, null, plain)).toMatchObject(expected);
  });

  it.each<[StopReason, string]>([
    ['cancelled', 'fail'],
    ['shutdown', 'release'],
    ['stale', 'none'],
    ['over', 'none'],
  ])('a child stopped because %s: %s, whatever it printed', (reason, kind) => {
    for (const code of [0, 1, 75, null]) expect(outcomeOf(ended({ code }), reason, plain).kind).toBe(kind);
  });

  it('gives the end of stderr as the reason, within the limit', () => {
    const outcome = outcomeOf(ended({ code: 2, errorTail: `${'x'.repeat(9_000)}` }), null, plain);
    if (outcome.kind !== 'fail') throw new Error('expected a failure');
    expect(outcome.error).toContain('exited with code 2');
    expect(outcome.error.length).toBeLessThanOrEqual(8_000);
  });
});
