import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '@/lib/server/free-port';
import { SERVER_FLAGS } from '../../../scripts/bootstrap/server-flags.mjs';
import { Child } from './child';
import { until } from './wait';

export interface BoardOptions {
  mongodbUri: string;
  database: string;
  folder: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: any; // oxlint-disable-line typescript/no-explicit-any -- scenarios look into answers freely
}

/** A listener of the product: it comes back under its own address. */
export interface Listener extends Child {
  url: string;
}

export interface StartOptions {
  name?: string;
  env?: Record<string, string>;
  /** `node` options, such as a preload. */
  nodeArgs?: readonly string[];
  /** Where one stood before, so that its readers come back to it. */
  port?: number;
  /** Another bundle in its place, such as an upgraded one. */
  entry?: string;
}

export interface OrchestratorOptions extends StartOptions {
  /** A command for each dispatch; without one a child that answers with the body it was given. */
  exec?: string;
  capacity?: number;
  token?: string;
  web?: Listener;
  /** More options of its command line. */
  args?: readonly string[];
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const CALL_MS = 10_000;
/** Far more than any scenario opens under one token; caps are a subject of their own. */
const STREAMS = { SWITCHBOARD_MAX_STREAMS_PER_PRINCIPAL: '5000' };
/** Reads the whole dispatch, so that a large one is not cut off, and answers in a word. */
export const TINY_CHILD = `cat >/dev/null; echo done`;

/** The product's own processes on one database, each of which can be killed, frozen and started again. */
export class Board {
  readonly adminToken = `faults-${randomBytes(18).toString('hex')}`;
  readonly children: Child[] = [];
  /** Of all of them. */
  readonly env: Record<string, string>;
  #started = 0;

  constructor(private readonly options: BoardOptions) {
    this.env = {
      MONGODB_URI: options.mongodbUri,
      SWITCHBOARD_DB: options.database,
      SWITCHBOARD_ADMIN_TOKEN: this.adminToken,
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      ...STREAMS,
    };
  }

  /** The first web process: who is asked when it does not matter who. */
  get web(): Listener {
    return this.children.find(({ name }) => name.startsWith('web')) as Listener;
  }

  async startWeb(options: StartOptions = {}): Promise<Listener> {
    const listener = await this.launch('web', options);
    await this.waitUntilReady(listener);
    return listener;
  }

  async startEvents(options: StartOptions = {}): Promise<Listener> {
    const listener = await this.launch('events', options);
    await this.waitUntilReady(listener);
    return listener;
  }

  /** Started, and not waited for. */
  async launch(kind: 'web' | 'events', options: StartOptions = {}): Promise<Listener> {
    const { name = this.#name(kind), entry = kind, env = {}, nodeArgs = [] } = options;
    const port = options.port ?? (await freePort('127.0.0.1'));
    const ports: Record<string, string> =
      kind === 'web' ? { PORT: String(port), MCP_PORT: '0' } : { EVENTS_PORT: String(port) };
    const child = this.#child(name, entry, [...SERVER_FLAGS, ...nodeArgs], [], { ...ports, ...env });
    const listener = Object.assign(child, { url: `http://127.0.0.1:${port}` });
    listener.start();
    return listener;
  }

  /** Headless; it says nothing when it is ready, its first claim does. */
  async startOrchestrator(options: OrchestratorOptions = {}): Promise<Child> {
    const { name = this.#name('orchestrator'), env = {}, nodeArgs = [], exec = TINY_CHILD, capacity = 4 } = options;
    const token = options.token ?? (await this.token('orchestrator'));
    const args = ['--exec', exec, '--capacity', String(capacity), '--consumer', name, ...(options.args ?? [])];
    const child = this.#child(name, 'orchestrator', nodeArgs, args, {
      SWITCHBOARD_URL: (options.web ?? this.web).url,
      SWITCHBOARD_TOKEN: token,
      ...env,
    });
    child.start();
    return child;
  }

  /** The process answers and its stream stands. */
  async waitUntilReady(listener: Listener, withinMs = READY_WITHIN_MS): Promise<void> {
    const path = listener.name.startsWith('web') ? '/api/health/ready' : '/api/events';
    await until(
      async () => {
        if (!listener.isRunning) throw new Error(`${listener.name} ended:\n${listener.log().slice(-4_000)}`);
        return (await statusOf(`${listener.url}${path}`)) === (path === '/api/events' ? 401 : 200);
      },
      withinMs,
      () => `${listener.name} is ready:\n${listener.log().slice(-4_000)}`,
    );
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    { token = this.adminToken, web = this.web } = {},
  ): Promise<Answer> {
    const response = await fetch(`${web.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(CALL_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Those that are started from now on use it. */
  moveTo(mongodbUri: string): void {
    this.env['MONGODB_URI'] = mongodbUri;
  }

  async token(role: string): Promise<string> {
    const answer = await this.call('POST', '/api/tokens', { role, label: `faults ${role}` });
    if (answer.status !== 201) throw new Error(`no token: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.token as string;
  }

  /** Limits and leases of one agent type; a scenario must not wait a minute for a lease. */
  async setType(slug: string, changes: { concurrency?: number; thresholds?: Record<string, unknown> }): Promise<void> {
    const { body } = await this.call('GET', `/api/agent-types/${slug}`);
    const saved = await this.call('PATCH', `/api/agent-types/${slug}`, { ...changes, revision: body.revision });
    if (saved.status !== 200) throw new Error(`${slug} was not changed: ${saved.status} ${JSON.stringify(saved.body)}`);
  }

  /** Clients first; resolves with the exit code of each. */
  async stop(): Promise<Record<string, number | null>> {
    const codes: Record<string, number | null> = {};
    for (const child of this.children.toReversed()) {
      if (child.isRunning) codes[child.name] = await child.stop(STOP_WITHIN_MS);
    }
    return codes;
  }

  #name(kind: string): string {
    this.#started += 1;
    return `${kind}-${this.#started}`;
  }

  #child(
    name: string,
    entry: string,
    nodeArgs: readonly string[],
    args: readonly string[],
    env: Record<string, string>,
  ) {
    const { folder } = this.options;
    const child = new Child({
      name,
      command: process.execPath,
      args: [...nodeArgs, join('dist', `${entry}.mjs`), ...args],
      env: { ...this.env, SWITCHBOARD_DATA: join(folder, `data-${name}`), ...env },
      logPath: join(folder, `${name}.log`),
    });
    this.children.push(child);
    return child;
  }
}

async function statusOf(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CALL_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
