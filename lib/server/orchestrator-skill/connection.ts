import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '@/lib/sdk/client';
import { dispatchCalls, type DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { placeMark } from '../orchestrator/place-mark';
import { isSameServer } from '../orchestrator/same-server';
import { ScriptFailure } from './failure';
import type { Project } from './project';
import { StateFile } from './state';

/** `.claude/switchboard/connection.json`, as the installer writes it. */
export interface ConnectionFile {
  url?: string;
  token?: string;
  consumer?: string;
}

export interface SkillConnection {
  url: string;
  token: string;
  consumer: string;
  /** Somebody gave the name: another folder, or machine, may have it too. */
  isNamed: boolean;
  client: Client;
  calls: DispatchCalls;
}

export const CONNECTION_FILE = 'connection.json';
const DEFAULT_URL = 'http://127.0.0.1:7777';
const FIX =
  'Run `npm run skill:install -- PROJECT` in the Switchboard repository, or set SWITCHBOARD_URL and SWITCHBOARD_TOKEN (a token of role orchestrator).';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Environment first, then what the installer left in the project: its token for the server it was made at alone. */
export function openConnection(
  project: Project,
  env: Record<string, string | undefined>,
  consumerOption?: string,
): SkillConnection {
  const file = readConnectionFile(project);
  const known = file.url || DEFAULT_URL;
  const url = (env['SWITCHBOARD_URL'] || known).replace(/\/+$/, '');
  const token = env['SWITCHBOARD_TOKEN'] || (isSameServer(url, known) ? file.token : undefined);
  if (!token) {
    const other = file.token ? ` SWITCHBOARD_TOKEN is not set, and the one in ${CONNECTION_FILE} is for ${known}.` : '';
    throw new ScriptFailure('no-token', `No token for ${url}.${other}`, 2, FIX);
  }
  const name = consumerOption ?? file.consumer;
  const consumer = name ?? defaultConsumer(project, token);
  if (!NAME.test(consumer)) {
    throw new ScriptFailure(
      'bad-option',
      `--consumer: got '${consumer}', wants 1 to 64 of A-Z, a-z, 0-9, . _ and -`,
      2,
    );
  }
  const client = createClient({ baseUrl: url, token });
  return { url, token, consumer, isNamed: name !== undefined, client, calls: dispatchCalls(client) };
}

/**
 * Of the token too: a consumer belongs to the token that made it, so a new token needs a new name. Host and path may be
 * another machine's too, as of containers made alike, which would take each other's stream and work: the mark tells them apart.
 */
function defaultConsumer({ root, folder }: Project, token: string): string {
  const place = placeMark(folder, () => hasClaimed(folder));
  const mark = createHash('sha256')
    .update([root, tokenId(token), ...(place === '' ? [] : [place])].join('\n'))
    .digest('hex')
    .slice(0, 8);
  const host = hostname()
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .slice(0, 40);
  return `claude-${host}-${mark}`;
}

function hasClaimed(folder: string): boolean {
  const { dispatches, ended } = new StateFile(folder).read();
  return ended.length > 0 || Object.keys(dispatches).length > 0;
}

const tokenId = (token: string): string => token.split('_').slice(0, 3).join('_');

function readConnectionFile({ folder }: Project): ConnectionFile {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, CONNECTION_FILE), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as ConnectionFile) : {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ScriptFailure('bad-connection-file', `${join(folder, CONNECTION_FILE)} cannot be read.`, 2, FIX);
  }
}
