import type { z } from 'zod';
import { parseDispatchKey } from '../auth/dispatch-key';
import { invalidField, isControlPlaneError } from '../domain/errors';
import { createOnce } from '../services/idempotency/create-once';
import { hashRequest } from '../services/idempotency/hash-request';
import { KEY_HEADER } from '../services/reports/create-report';
import { Reply, type Call, type Route } from './route';
import type { Router } from './router';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Runs a create under the request's Idempotency-Key: a repeat answers 200 with the record as it is now. */
export async function runOnce(
  router: Router,
  route: Route,
  call: Call<unknown, unknown>,
  request: { url: string; body: unknown },
): Promise<Reply> {
  const key = call.headers['idempotency-key'] ?? '';
  if (!KEY.test(key))
    throw invalidField('Idempotency-Key', `got ${key.length} characters, wants 1 to 200 printable ones without spaces`);
  const reader = readerOf(router, route);
  const readBack = (recordKey: string) => reader.read(call, recordKey);
  const { result, isNew } = await createOnce<unknown>(call.ctx, {
    key: `${route.method} ${route.path}:${dispatchOf(route, call)}:${key}`,
    bodyHash: hashRequest(request.url, request.body),
    create: async recordId => {
      const made = await route.run({ ...call, recordId });
      return { key: keyOf(route, made, reader.param), result: made };
    },
    readBack,
    findMade: async recordId => {
      await route.mend?.(call.ctx, recordId);
      return findMade(reader, call, recordId);
    },
  });
  if (isNew) return result instanceof Reply ? result : new Reply(route.status ?? 201, result);
  return new Reply(200, result instanceof Reply ? result.body : result);
}

/** Dispatches of one session share its token: a word one of them chose is not another's. */
function dispatchOf({ dispatchKey }: Route, { headers }: Call<unknown, unknown>): string {
  const key = dispatchKey ? headers[KEY_HEADER.toLowerCase()] : undefined;
  return (key === undefined ? null : parseDispatchKey(key))?.dispatchId ?? '';
}

interface Reader {
  /** Name of the record's field that its GET route is asked by. */
  param: string;
  response: z.ZodType | undefined;
  read(call: Call<unknown, unknown>, recordKey: string): Promise<unknown>;
}

export function readerOf(router: Router, { path, readBack }: Route): Reader {
  for (const candidate of readBack ? [readBack] : [`${path}/:id`, `${path}/:slug`]) {
    const route = router.find('GET', candidate);
    const param = /:(\w+)$/.exec(candidate)?.[1];
    if (!route || !param) continue;
    const read = (call: Call<unknown, unknown>, recordKey: string) =>
      route.run({ ...call, params: { [param]: recordKey }, query: {}, body: undefined });
    return { param, response: route.response, read };
  }
  throw new Error(`no route reads back what POST ${path} makes; give it readBack`);
}

/** The record itself says whether it is the one: its id, or, where it is read by slug, the id it was to be made under. */
async function findMade(reader: Reader, call: Call<unknown, unknown>, recordId: string) {
  const recordKey = reader.param === 'id' ? recordId : stringField(call.body, reader.param);
  if (recordKey === undefined) return null;
  try {
    const result = await reader.read(call, recordKey);
    return stringField(result, 'id') === recordId ? { key: recordKey, result } : null;
  } catch (error) {
    if (isControlPlaneError(error, 'not-found')) return null;
    throw error;
  }
}

/** Null: it made nothing, and says so in the shape of its route for that. */
function keyOf({ uncreated }: Route, made: unknown, name: string): string | null {
  const value = stringField(made instanceof Reply ? made.body : made, name);
  if (value !== undefined) return value;
  if (uncreated && made instanceof Reply) return null;
  throw new Error(`an idempotent create answered no ${name}`);
}

const stringField = (value: unknown, name: string): string | undefined => {
  const field = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof field === 'string' ? field : undefined;
};
