import { expect, test } from 'vitest';
import { z } from 'zod';
import { validationFailed } from '@/lib/services/explain-issues';

const Shape = z.strictObject({
  name: z.string().min(2).max(5),
  count: z.number().int().min(1).max(9),
  colour: z.enum(['red', 'blue']).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  to: z.union([z.literal('human'), z.string().regex(/^[a-z]+$/, 'wants a slug')]).optional(),
  token: z.string().max(3).optional(),
  list: z
    .array(z.strictObject({ id: z.string() }))
    .max(2)
    .optional(),
  even: z
    .number()
    .refine(value => value % 2 === 0, 'wants an even number')
    .optional(),
});
const explain = (input: unknown) => {
  const { error } = Shape.safeParse(input);
  return Object.fromEntries(
    validationFailed('body', error!, input).errors!.map(({ path, message }) => [path, message]),
  );
};
const good = { name: 'abc', count: 1 };

test.each([
  [{ ...good, name: undefined }, 'name', 'got nothing, wants a text'],
  [{ ...good, name: 5 }, 'name', 'got 5, wants a text'],
  [{ ...good, name: 'a' }, 'name', 'got "a", wants at least 2 characters'],
  [{ ...good, name: 'x'.repeat(100) }, 'name', 'got a text of 100 characters, wants at most 5 characters'],
  [{ ...good, count: 1.5 }, 'count', 'got 1.5, wants a whole number'],
  [{ ...good, count: 12 }, 'count', 'got 12, wants at most 9'],
  [{ ...good, count: null }, 'count', 'got null, wants a number'],
  [{ ...good, colour: 'green' }, 'colour', 'got "green", wants one of red, blue'],
  [{ ...good, at: 'soon' }, 'at', 'got "soon", wants an ISO 8601 time such as 2026-01-31T12:00:00Z'],
  [{ ...good, to: 'A!' }, 'to', 'got "A!", wants a slug'],
  [{ ...good, to: 7 }, 'to', 'got 7, wants human, or a text'],
  [{ ...good, token: 'secret' }, 'token', 'got a text of 6 characters, wants at most 3 characters'],
  [{ ...good, list: [{ id: 'a' }, { id: 2 }] }, 'list.1.id', 'got 2, wants a text'],
  [{ ...good, list: [1, 2] }, 'list.0', 'got 1, wants an object'],
  [{ ...good, list: [1, 2, 3] }, 'list', 'got a list of 3, wants at most 2 elements'],
  [{ ...good, even: 3 }, 'even', 'got 3, wants an even number'],
  [{ ...good, $where: '1' }, '$where', 'is not a field here'],
  [{ ...good, list: [{ id: 'a', more: 1 }] }, 'list.0.more', 'is not a field here'],
  [[], '', 'got a list of 0, wants an object'],
  ['text', '', 'got "text", wants an object'],
])('%j: %s %s', (input, path, message) => {
  expect(explain(input)).toMatchObject({ [path]: message });
});

test('a credential in the wrong place is not repeated', () => {
  const token = `swb_admin_0123456789abcdef01234567_${'s'.repeat(20)}`;
  expect(JSON.stringify(explain({ ...good, colour: token.slice(0, 58) }))).not.toContain('sssss');
  const { error } = Shape.safeParse({ ...good, [token]: 1 });
  const { message, errors } = validationFailed('body', error!, { ...good, [token]: 1 });
  expect(JSON.stringify([message, errors])).not.toContain('sssss');
  expect(errors).toMatchObject([{ path: expect.stringContaining('[redacted]'), message: 'is not a field here' }]);
});

test('a thousand faults answer fifty', () => {
  const input = { ...good, ...Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x${at}`, 1])) };
  const { error } = Shape.safeParse(input);
  expect(validationFailed('body', error!, input).errors).toHaveLength(50);
});
