import type { z } from 'zod';
import type { Permission } from '../auth/policy';
import type { ReachedAt } from '../auth/hosts';
import type { Credential } from '../auth/credentials';
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
  /**
   * Comes with an Idempotency-Key: the id (24 hex digits) to create the record under. It stays the same when the key is
   * used again after a crash, so a create that honours it happens once.
   */
  recordId?: string;
  /** How the caller came here: for the session routes, which make and end credentials. */
  arrival: ReachedAt & { credential: Credential | null };
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
  /** What is answered where it is not JSON: `text/plain`, `application/yaml`. The handler returns a string. */
  responseType?: string;
  /** Creates take `Idempotency-Key`. */
  idempotent?: boolean;
  /** Of an idempotent route that also takes bodies which create nothing: whether this one does. */
  creates?(body: Body): boolean;
  /** What those are answered, with 200. */
  uncreated?: z.ZodType;
  /** It also takes a dispatch key, in the header of that name. */
  dispatchKey?: boolean;
  /**
   * Where the repeat of an idempotent create reads the record back, as it is now: the path of a GET route with one
   * parameter, which is filled from the record's field of that name. Default: this path followed by `/:id` or `/:slug`.
   */
  readBack?: string;
  /** Does what may be missing of a record that a repeat finds made: its create takes more than one write. Repeatable. */
  mend?(ctx: Context, recordId: string): Promise<void>;
  /** It takes a secret: refused attempts are counted by caller's address, and too many answer 429. */
  guessable?: boolean;
  /** It makes or ends a browser session: foreign origins are refused whatever credential came. */
  sameOriginOnly?: boolean;
  run(call: Call<Query, Body>): Promise<unknown>;
}

/** Keeps a route's query and body types while it is put into a list of routes. */
export const route = <Query, Body>(definition: Route<Query, Body>): Route => definition as unknown as Route;
