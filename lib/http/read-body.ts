import { isUtf8 } from 'node:buffer';
import { ControlPlaneError, type FieldError } from '../domain/errors';
import type { ApiRequest } from './api-request';
import { validationFailed } from '../services/explain-issues';
import type { Route } from './route';

export const MAX_BODY_BYTES = 1_048_576;
/** Deeper than any record of ours; a body of a hundred thousand brackets must not reach a recursive reader. */
const MAX_JSON_DEPTH = 20;

export interface ReadBody {
  /** As it came, for comparing two requests. */
  raw: unknown;
  /** As the route's schema gives it. */
  value: unknown;
}

/** Whether what comes as a body is looked at: also by a route that wants none. */
export const takesBody = ({ method, body }: Route): boolean =>
  method !== 'GET' && (method !== 'DELETE' || body !== undefined);

export async function readBody(route: Route, request: ApiRequest): Promise<ReadBody> {
  if (!takesBody(route)) return { raw: undefined, value: undefined };
  const text = await readText(request, mediaTypesOf(route));
  if (route.textBody !== undefined) return { raw: text, value: text };
  const raw = text === '' ? {} : parseJson(text);
  if (!route.body) {
    refuseFields(raw);
    return { raw: {}, value: undefined };
  }
  const parsed = route.body.safeParse(raw);
  if (!parsed.success) throw validationFailed('body', parsed.error, raw);
  return { raw, value: parsed.data };
}

const mediaTypesOf = (route: Route): string[] => {
  if (route.textBody !== undefined) return [route.textBody];
  return route.method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json'];
};

async function readText(request: ApiRequest, mediaTypes: string[]): Promise<string> {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  if (!hasBody) return '';
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined || !mediaTypes.includes(type))
    throw wrongType(`Content-Type is ${type ?? 'missing'}`, mediaTypes);
  const charset = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8')
    throw wrongType(`charset is ${charset.slice(0, 40)}, not utf-8`, mediaTypes);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw wrongType('the body is compressed', mediaTypes);
  const bytes = await request.readBody(MAX_BODY_BYTES);
  if (!isUtf8(bytes)) throw new ControlPlaneError('malformed-request', 'The body is not UTF-8 text.');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const wrongType = (what: string, mediaTypes: string[]) =>
  new ControlPlaneError('unsupported-media-type', `${what.slice(0, 140)}; wants ${mediaTypes.join(' or ')}.`);

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the fault, which may be anything; the place is enough.
    const place = error instanceof Error ? (/position \d+/.exec(error.message)?.[0] ?? 'its end') : '';
    throw new ControlPlaneError('malformed-request', `The body is not JSON (at ${place}).`);
  }
  refuseOddShape(value, 1, []);
  return value;
}

/** Recursion is bounded by the depth it checks. */
function refuseOddShape(value: unknown, depth: number, path: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_JSON_DEPTH) {
    throw new ControlPlaneError('malformed-request', `The body is nested more than ${MAX_JSON_DEPTH} deep.`);
  }
  for (const [key, child] of Object.entries(value)) {
    if (key === '__proto__') throw fieldErrors([{ path: [...path, key].join('.'), message: 'is not a field here' }]);
    refuseOddShape(child, depth + 1, [...path, key]);
  }
}

/** A route that takes nothing takes an empty object too, which clients send by habit. */
function refuseFields(raw: unknown): void {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw fieldErrors([{ path: '', message: 'wants no body, or {}' }]);
  }
  const unknown = Object.keys(raw).map(path => ({ path: path.slice(0, 100), message: 'is not a field here' }));
  if (unknown.length > 0) throw fieldErrors(unknown.slice(0, 50));
}

const fieldErrors = (errors: FieldError[]) =>
  new ControlPlaneError('validation-failed', `${errors[0]!.path || 'the body'}: ${errors[0]!.message}`, { errors });
