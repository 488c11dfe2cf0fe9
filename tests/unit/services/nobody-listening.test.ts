import { expect, it } from 'vitest';
import { nobodyListeningReason } from '@/lib/services/health/nobody-listening';

it.each([
  { oldestDueSeconds: 12.4, words: 'due for 12 s and' },
  { oldestDueSeconds: 1_228, words: 'due for 20 min and' },
  { oldestDueSeconds: 200_000, words: 'due for 2 d and' },
])('says how long work of $oldestDueSeconds s waits in words a person reads', ({ oldestDueSeconds, words }) => {
  expect(nobodyListeningReason({ oldestDueSeconds })).toContain(words);
});
