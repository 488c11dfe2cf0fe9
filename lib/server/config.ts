import { resolve } from 'node:path';
import { z } from 'zod';
import { redactSecrets } from '@/lib/telemetry/redact';
import { StartupError } from './startup-error';

/**
 * The environment, read once. `parseConfig` is pure; everything else takes the frozen result, so no other file reads
 * process.env for a setting. An empty variable counts as absent: compose files and CI set those.
 */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly eventsPort: number;
  readonly mcpPort: number;
  /** Absent: the embedded server. */
  readonly mongodbUri: string | undefined;
  readonly database: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly mongodPath: string | undefined;
  readonly adminToken: string | undefined;
  /** For clients: where the server is, and with what to sign in. */
  readonly url: string | undefined;
  readonly token: string | undefined;
  /** Beside loopback names and HOST: host names, lower case, with a port only where one was given. */
  readonly allowedHosts: readonly string[];
  /** How many proxies in front of us may be believed about the caller's address and scheme. */
  readonly trustedProxyHops: number;
  readonly maxStreams: number;
  readonly maxStreamsPerPrincipal: number;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const MAX_PORT = 65_535;
const MIN_ADMIN_TOKEN_LENGTH = 24;
/** MongoDB's own bound, in bytes. */
const MAX_DATABASE_NAME_LENGTH = 63;
/** Beyond any process we have seen; the bound catches a slip of the finger, not a choice. */
const MAX_STREAMS_LIMIT = 1_000_000;
const MAX_PROXY_HOPS = 16;

const integer = (min: number, max: number, wanted: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, wanted)
    .transform(Number)
    .refine(value => value >= min && value <= max, wanted);

const port = integer(0, MAX_PORT, `a port number from 0 (any free one) to ${MAX_PORT}`);
const streams = integer(1, MAX_STREAMS_LIMIT, `a whole number from 1 to ${MAX_STREAMS_LIMIT}`);

const database = z
  .string()
  .regex(/^[^\s/\\."$*<>:|?]+$/, 'a database name without spaces and without any of / \\ . " $ * < > : | ?')
  .refine(name => Buffer.byteLength(name) <= MAX_DATABASE_NAME_LENGTH, `at most ${MAX_DATABASE_NAME_LENGTH} bytes`)
  .refine(name => !['admin', 'local', 'config'].includes(name), 'a database other than admin, local and config');

/** What a header can carry without quoting. */
const credential = z.string().regex(/^[\x21-\x7e]+$/, 'a token of printable characters without spaces');

const trustProxy = z
  .string()
  .toLowerCase()
  .regex(/^(true|false|\d{1,2})$/, `true, false or the number of proxies (0 to ${MAX_PROXY_HOPS})`)
  .transform(value => (value === 'true' ? 1 : value === 'false' ? 0 : Number(value)))
  .refine(hops => hops <= MAX_PROXY_HOPS, `true, false or the number of proxies (0 to ${MAX_PROXY_HOPS})`);

const allowedHosts = z.string().transform((list, context) => {
  const hosts = list.split(',').map(host => host.trim().toLowerCase());
  const bad = hosts.filter(host => !/^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host));
  if (bad.length > 0) {
    context.addIssue({ code: 'custom', message: 'host names separated by commas, such as board.example.com,10.0.0.5' });
    return z.NEVER;
  }
  return hosts;
});

/** Where the server is, and nothing else: fetch refuses credentials in it, and a path is put behind it. */
const serverUrl = z.url({ protocol: /^https?$/, error: 'a URL with http:// or https://' }).refine(text => {
  const { username, password, search, hash } = new URL(text);
  return username === '' && password === '' && search === '' && hash === '';
}, 'a URL without a user, a query or a fragment; the token is SWITCHBOARD_TOKEN');

const VARIABLES = {
  HOST: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'an address or host name to listen on'),
  PORT: port,
  EVENTS_PORT: port,
  MCP_PORT: port,
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\/[^\s/]+/, 'mongodb://… or mongodb+srv://…'),
  SWITCHBOARD_DB: database,
  SWITCHBOARD_DATA: z.string(),
  SWITCHBOARD_MONGOD: z.string(),
  SWITCHBOARD_ADMIN_TOKEN: credential.min(MIN_ADMIN_TOKEN_LENGTH, `${MIN_ADMIN_TOKEN_LENGTH} characters or more`),
  SWITCHBOARD_URL: serverUrl,
  SWITCHBOARD_TOKEN: credential,
  SWITCHBOARD_ALLOWED_HOSTS: allowedHosts,
  SWITCHBOARD_TRUST_PROXY: trustProxy,
  SWITCHBOARD_MAX_STREAMS: streams,
  SWITCHBOARD_MAX_STREAMS_PER_PRINCIPAL: streams,
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(' ')}`)),
} as const;

const environment = z.object(VARIABLES).partial();

/** Never echoed, not even in part. */
const SECRET_VARIABLES = new Set(['SWITCHBOARD_ADMIN_TOKEN', 'SWITCHBOARD_TOKEN']);

export function parseConfig(env: Record<string, string | undefined>, cwd: string = process.cwd()): Config {
  const names = Object.keys(VARIABLES);
  const given = names.flatMap(name => {
    const value = env[name]?.trim();
    return value ? [[name, value] as const] : [];
  });
  const parsed = environment.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw new StartupError(explain(parsed.error, Object.fromEntries(given)));
  const values = parsed.data;
  return Object.freeze({
    host: values.HOST ?? '127.0.0.1',
    port: values.PORT ?? 7777,
    eventsPort: values.EVENTS_PORT ?? 7778,
    mcpPort: values.MCP_PORT ?? 7779,
    mongodbUri: values.MONGODB_URI,
    database: values.SWITCHBOARD_DB ?? 'switchboard',
    dataDir: resolve(cwd, values.SWITCHBOARD_DATA ?? '.switchboard'),
    mongodPath: values.SWITCHBOARD_MONGOD === undefined ? undefined : resolve(cwd, values.SWITCHBOARD_MONGOD),
    adminToken: values.SWITCHBOARD_ADMIN_TOKEN,
    url: values.SWITCHBOARD_URL?.replace(/\/+$/, ''),
    token: values.SWITCHBOARD_TOKEN,
    allowedHosts: Object.freeze(values.SWITCHBOARD_ALLOWED_HOSTS ?? []),
    trustedProxyHops: values.SWITCHBOARD_TRUST_PROXY ?? 0,
    maxStreams: values.SWITCHBOARD_MAX_STREAMS ?? 10_000,
    maxStreamsPerPrincipal: values.SWITCHBOARD_MAX_STREAMS_PER_PRINCIPAL ?? 50,
    logLevel: values.LOG_LEVEL ?? 'info',
  });
}

/** One line a variable, the first fault of each: its name, what came, what is wanted. */
function explain(error: z.ZodError, given: Record<string, string>): string {
  const faults = new Map<string, string>();
  for (const issue of error.issues) {
    const name = String(issue.path[0]);
    if (!faults.has(name)) faults.set(name, `${name}: got ${show(name, given[name] ?? '')}, wanted ${issue.message}`);
  }
  return [...faults.values()].join('\n');
}

const show = (name: string, value: string): string =>
  SECRET_VARIABLES.has(name) ? `${value.length} characters` : JSON.stringify(redactSecrets(value));
