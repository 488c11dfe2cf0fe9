import type { z } from 'zod';
import type { Permission } from '../auth/policy';
import type { Context } from '../services/context';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface Call<Query, Body> {
  ctx: Context;
  params: Record<string, string>;
  query: Query;
  body: Body;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

/** What a handler answers when a plain body is not enough. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Record<string, string> = {},
  ) {}
}

/**
 * One row of the HTTP API. The table of these is the API: dispatch, permissions, validation, OpenAPI and the
 * tenant-isolation sweep all read it, so a route cannot exist without its check or its description.
 */
export interface Route<Query = unknown, Body = unknown> {
  method: Method;
  /** `/api/threads/:id`; parameters are one segment each. */
  path: string;
  /** `open`: anybody; `signed-in`: any principal; else what the policy must grant. */
  access: Permission | 'open' | 'signed-in';
  summary: string;
  tag: string;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Body that is read as text and handed over as it came, with its media type. */
  textBody?: string;
  /** What a success answers: its status and shape. */
  status?: 200 | 201 | 204;
  response?: z.ZodType;
  /** Creates take `Idempotency-Key`. */
  idempotent?: boolean;
  run(call: Call<Query, Body>): Promise<unknown>;
}

/** Keeps a route's query and body types while it is put into a list of routes. */
export const route = <Query, Body>(definition: Route<Query, Body>): Route => definition as unknown as Route;
