import { ControlPlaneError } from '../domain/errors';
import type { Method, Route } from './route';

export interface Match {
  route: Route;
  params: Record<string, string>;
}

interface Pattern {
  path: string;
  segments: string[];
  /** Nth segment is a parameter. */
  isParam: boolean[];
  methods: Map<string, Route>;
}

/** Answered by the stream's own door, before the table is asked; here it is known so that other methods get 405. */
const STREAM_PATHS = new Map([['/api/events', ['GET']]]);

/** Longer than any path of ours with the longest names in it. */
const MAX_PATH_CHARACTERS = 1_024;

/** The table compiled once: paths without parameters by name, the others by their number of segments. */
export class Router {
  readonly #exact = new Map<string, Pattern>();
  readonly #byLength = new Map<number, Pattern[]>();

  constructor(routes: readonly Route[]) {
    const patterns = new Map<string, Pattern>();
    for (const route of routes) {
      const pattern = patterns.get(route.path) ?? compile(route.path);
      patterns.set(route.path, pattern);
      if (pattern.methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
      pattern.methods.set(route.method, route);
    }
    for (const [path, pattern] of patterns) {
      if (!pattern.isParam.includes(true)) this.#exact.set(path, pattern);
      else
        this.#byLength.set(pattern.segments.length, [...(this.#byLength.get(pattern.segments.length) ?? []), pattern]);
    }
    // `/api/agent-types/export` before `/api/agent-types/:slug`: what is fixed earlier wins.
    for (const list of this.#byLength.values()) {
      list.sort((a, b) => a.isParam.map(Number).join('').localeCompare(b.isParam.map(Number).join('')));
    }
  }

  /** By its path as the table writes it. */
  find(method: Method, path: string): Route | undefined {
    const compiled =
      this.#exact.get(path) ?? this.#byLength.get(path.split('/').length - 1)?.find(pattern => pattern.path === path);
    return compiled?.methods.get(method);
  }

  match(method: string, path: string): Match {
    if (path.length > MAX_PATH_CHARACTERS) throw unknownPath();
    const asked = method === 'HEAD' ? 'GET' : method;
    const allowed = new Set<string>(STREAM_PATHS.get(path));
    for (const { pattern, params } of this.#candidates(path)) {
      const route = pattern.methods.get(asked);
      if (route) return { route, params: decodeAll(params) };
      for (const known of pattern.methods.keys()) allowed.add(known);
    }
    if (allowed.size === 0) throw unknownPath();
    if (allowed.has('GET') && !STREAM_PATHS.has(path)) allowed.add('HEAD');
    throw new MethodNotAllowed(method, [...allowed]);
  }

  *#candidates(path: string): Generator<{ pattern: Pattern; params: Record<string, string> }> {
    const exact = this.#exact.get(path);
    if (exact) yield { pattern: exact, params: {} };
    const segments = path.split('/').slice(1);
    for (const pattern of this.#byLength.get(segments.length) ?? []) {
      if (!fits(pattern, segments)) continue;
      const params: Record<string, string> = {};
      pattern.segments.forEach((name, at) => {
        if (pattern.isParam[at]) params[name] = segments[at]!;
      });
      yield { pattern, params };
    }
  }
}

export class MethodNotAllowed extends ControlPlaneError {
  readonly allow: string;

  constructor(method: string, allowed: readonly (Method | string)[]) {
    const allow = allowed.toSorted().join(', ');
    super('method-not-allowed', `${method.slice(0, 20)} is not answered here; ${allow} is.`);
    this.allow = allow;
  }
}

function compile(path: string): Pattern {
  const raw = path.split('/').slice(1);
  return {
    path,
    segments: raw.map(segment => segment.replace(/^:/, '')),
    isParam: raw.map(segment => segment.startsWith(':')),
    methods: new Map(),
  };
}

const fits = ({ segments, isParam }: Pattern, asked: string[]): boolean =>
  asked.every((segment, at) => (isParam[at] ? segment !== '' : segment === segments[at]));

function decodeAll(params: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(params)) {
    if (!value.includes('%')) continue;
    try {
      params[name] = decodeURIComponent(value);
    } catch {
      throw new ControlPlaneError('malformed-request', 'The path has a broken percent escape.');
    }
  }
  return params;
}

const unknownPath = () => new ControlPlaneError('not-found', 'No such path; GET /api/openapi.json lists them.');
