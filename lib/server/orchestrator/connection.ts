import { isControlPlaneError } from '@/lib/domain/errors';
import type { Me } from '@/lib/domain/identity/schema';
import { systemClock } from '@/lib/kernel/clock';
import { createClient, type Client } from '@/lib/sdk/client';
import type { Config } from '../config';
import { readRunFile } from '../run-file';
import { StartupError } from '../startup-error';
import { localToken } from './local-token';

export interface Connection {
  url: string;
  token: string;
  client: Client;
  me: Me;
}

export interface ConnectOptions {
  config: Pick<Config, 'url' | 'token' | 'dataDir' | 'adminToken'>;
  /** The server does not answer yet; it is asked again for as long as it takes. */
  onWaiting(error: unknown): void;
}

const WAIT_MS = 2_000;

/** Where the server is, and with what to speak to it: the environment, else what runs on the data folder. */
export async function connect({ config, onWaiting }: ConnectOptions): Promise<Connection> {
  const url = config.url ?? readRunFile(config.dataDir)?.urls.web;
  if (url === undefined) {
    throw new StartupError(
      `No server runs on ${config.dataDir}. Start one with npm start, or set SWITCHBOARD_URL and SWITCHBOARD_TOKEN.`,
    );
  }
  for (;;) {
    try {
      const token = config.token ?? (await localToken(url, config));
      const client = createClient({ baseUrl: url, token });
      const me = await client.get<Me>('/api/auth/me');
      return { url, token, client, me: requireRole(me) };
    } catch (error) {
      if (!isControlPlaneError(error)) throw error;
      if (error.retry === 'never') throw new StartupError(explain(url, error.message), { cause: error });
      onWaiting(error);
      await systemClock.sleep(WAIT_MS);
    }
  }
}

const ROLES: readonly string[] = ['orchestrator', 'admin'];

function requireRole(me: Me): Me {
  if (ROLES.includes(me.role)) return me;
  throw new StartupError(`SWITCHBOARD_TOKEN is a token of role ${me.role}; claiming work wants role orchestrator.`);
}

const explain = (url: string, why: string): string =>
  `${url} refuses us: ${why} Set SWITCHBOARD_TOKEN to a token of role orchestrator (Connect page, or POST /api/tokens).`;
