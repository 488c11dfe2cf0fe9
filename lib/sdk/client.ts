import { ControlPlaneError } from '../domain/errors';
import { systemClock, type Clock } from '../kernel/clock';
import { startDeadline } from './deadline';
import { errorFromResponse, unreachable } from './problem';
import { queryString, type Query } from './query';
import { bodyText } from './read-body';
import { retryWhileSafe, type RetryOptions } from './retry';

export interface ClientOptions {
  /** `http://127.0.0.1:7777`, or '' for the page's own origin. */
  baseUrl: string;
  /** Bearer token; the page has none, its cookie goes along by itself. */
  token?: string;
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
  clock?: Clock;
  random?: () => number;
}

export interface CallOptions {
  query?: Query;
  signal?: AbortSignal;
  timeoutMs?: number;
  headers?: Record<string, string>;
}

export interface WriteOptions extends CallOptions {
  /** The body is text of this type as it stands, in place of JSON. */
  contentType?: string;
  /** Makes a create repeatable, and so retried when no answer came. */
  idempotencyKey?: string;
  /** The route answers a repeat like the first call: retried when no answer came. */
  idempotent?: boolean;
}

/** A record or list, and the position its events begin after: subscribe there and nothing is missed. */
export interface Read<T> {
  data: T;
  cursor: string | null;
}

/** Calls of the HTTP API. Every refusal and every failure to get an answer is a `ControlPlaneError`. */
export interface Client {
  readonly baseUrl: string;
  get<T>(path: string, options?: CallOptions): Promise<T>;
  read<T>(path: string, options?: CallOptions): Promise<Read<T>>;
  post<T>(path: string, body?: unknown, options?: WriteOptions): Promise<T>;
  patch<T>(path: string, body: unknown, options?: WriteOptions): Promise<T>;
  delete<T = void>(path: string, options?: WriteOptions): Promise<T>;
}

/** Far over what any answer takes; a claim that waits adds its wait. */
export const DEFAULT_TIMEOUT_MS = 15_000;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export function createClient(options: ClientOptions): Client {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const retry: RetryOptions = { clock: options.clock ?? systemClock, random: options.random ?? Math.random };
  const call = async <T>(method: Method, path: string, write: WriteOptions, body?: unknown): Promise<Read<T>> => {
    const once = () => send<T>({ ...options, baseUrl }, method, path, write, body);
    const repeatable = method === 'GET' || write.idempotent === true || write.idempotencyKey !== undefined;
    return repeatable ? retryWhileSafe(once, retry, write.signal) : once();
  };
  return {
    baseUrl,
    get: async (path, use = {}) => (await call<never>('GET', path, use)).data,
    read: (path, use = {}) => call('GET', path, use),
    post: async (path, body, use = {}) => (await call<never>('POST', path, use, body ?? {})).data,
    patch: async (path, body, use = {}) => (await call<never>('PATCH', path, use, body)).data,
    delete: async (path, use = {}) => (await call<never>('DELETE', path, use)).data,
  };
}

async function send<T>(
  client: ClientOptions,
  method: Method,
  path: string,
  use: WriteOptions,
  body: unknown,
): Promise<Read<T>> {
  const url = `${client.baseUrl}${path}${queryString(use.query)}`;
  const limitMs = use.timeoutMs ?? client.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = startDeadline(limitMs, use.signal);
  try {
    const response = await (client.fetch ?? globalThis.fetch)(url, {
      method,
      headers: headersOf(client.token, use, body !== undefined),
      signal: deadline.signal,
      // A redirect would carry the token to wherever it points; the API never sends one.
      redirect: 'error',
      cache: 'no-store',
      ...(body === undefined ? {} : { body: use.contentType === undefined ? JSON.stringify(body) : String(body) }),
    });
    if (!response.ok) throw await errorFromResponse(response, deadline.signal);
    return { data: await readBody<T>(response, deadline.signal), cursor: response.headers.get('x-event-cursor') };
  } catch (error) {
    if (error instanceof ControlPlaneError) throw error;
    if (deadline.expired()) throw unreachable(url, `nothing in ${limitMs} ms`, error);
    if (use.signal?.aborted) throw error;
    throw unreachable(url, causeText(error), error);
  } finally {
    deadline.clear();
  }
}

export function headersOf(token: string | undefined, use: WriteOptions, hasBody: boolean): Record<string, string> {
  return {
    accept: 'application/json',
    ...(hasBody ? { 'content-type': use.contentType ?? 'application/json' } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(use.idempotencyKey === undefined ? {} : { 'idempotency-key': use.idempotencyKey }),
    ...use.headers,
  };
}

async function readBody<T>(response: Response, signal: AbortSignal): Promise<T> {
  const text = await bodyText(response, signal);
  if (text === '') return undefined as T;
  if (!(response.headers.get('content-type') ?? '').includes('json')) return text as T;
  return JSON.parse(text) as T;
}

/** undici says only 'fetch failed'; what happened (ECONNREFUSED) is in its cause. */
export function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : error.message;
}
