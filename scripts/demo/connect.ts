import { isControlPlaneError } from '@/lib/domain/errors';
import type { IssuedToken, Me } from '@/lib/domain/identity/schema';
import { createClient, type Client } from '@/lib/sdk/client';
import type { Config } from '@/lib/server/config';
import { adminTokenOf, noToken } from '@/lib/server/orchestrator/local-token';
import { readRunFile } from '@/lib/server/run-file';
import { StartupError } from '@/lib/server/startup-error';
import { TOKEN_LIFE_MS } from './pace';

export interface Connection {
  url: string;
  client: Client;
  token: string;
}

type Where = Pick<Config, 'url' | 'token' | 'dataDir' | 'adminToken'>;

/** The running server, as the person who runs the demo: their requests are written with this token. */
export async function connect(config: Where): Promise<Connection> {
  const url = config.url ?? readRunFile(config.dataDir)?.urls.web;
  if (url === undefined) {
    throw new StartupError(
      `No server runs on ${config.dataDir}. Start one with npm start, or set SWITCHBOARD_URL and SWITCHBOARD_TOKEN.`,
    );
  }
  const token = config.token ?? adminTokenOf(url, config);
  if (token === null) throw new StartupError(`${noToken(url, config.dataDir)} The demo wants one of role admin.`);
  const client = createClient({ baseUrl: url, token });
  try {
    const me = await client.get<Me>('/api/auth/me');
    if (me.role === 'admin') return { url, client, token };
    throw new StartupError(
      `The token is one of role ${me.role}; the demo makes a token for its team, and that wants role admin.`,
    );
  } catch (error) {
    if (!isControlPlaneError(error)) throw error;
    throw new StartupError(`${url}: ${error.message}`, { cause: error });
  }
}

/** How the team's tokens are known among others. */
export const TEAM_LABEL = 'demo team';

/** A token of its own for the team, so that it can be taken away again. */
export const issueTeamToken = (client: Client): Promise<IssuedToken> =>
  client.post<IssuedToken>('/api/tokens', {
    role: 'orchestrator',
    label: TEAM_LABEL,
    expiresAt: new Date(Date.now() + TOKEN_LIFE_MS).toISOString(),
  });
