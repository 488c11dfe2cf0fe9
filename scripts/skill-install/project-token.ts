import { basename } from 'node:path';
import { isControlPlaneError } from '@/lib/domain/errors';
import type { IssuedToken } from '@/lib/domain/identity/schema';
import { createClient } from '@/lib/sdk/client';
import type { Config } from '@/lib/server/config';
import type { ConnectionFile } from '@/lib/server/orchestrator-skill/connection';
import { adminTokenOf, isAccepted, isOwnServer, noToken } from '@/lib/server/orchestrator/local-token';
import { readRunFile } from '@/lib/server/run-file';

export interface ProjectTokenOptions {
  config: Pick<Config, 'url' | 'token' | 'dataDir' | 'adminToken'>;
  /** What an earlier install left. */
  known: ConnectionFile;
  folder: string;
  dryRun: boolean;
}

export interface ProjectConnection {
  url: string;
  token: string | null;
  notes: string[];
}

const DEFAULT_URL = 'http://127.0.0.1:7777';

/** The server, and a token for this project alone, so that it can be revoked alone. */
export async function projectToken({ config, known, folder, dryRun }: ProjectTokenOptions): Promise<ProjectConnection> {
  const url = config.url ?? readRunFile(config.dataDir)?.urls.web ?? known.url ?? DEFAULT_URL;
  if (config.token !== undefined) return { url, token: config.token, notes: [] };
  try {
    const isKnown = known.url === url || isOwnServer(url, config.dataDir);
    if (isKnown && known.token !== undefined && (await isAccepted(url, known.token)))
      return { url, token: known.token, notes: [] };
    const adminToken = adminTokenOf(url, config);
    if (adminToken === null) return { url, token: null, notes: [noToken(url, config.dataDir)] };
    if (dryRun) return { url, token: null, notes: [`A token for this project would be made at ${url}.`] };
    const label = `Claude Code in ${basename(folder)}`.slice(0, 120);
    const client = createClient({ baseUrl: url, token: adminToken });
    const { token } = await client.post<IssuedToken>('/api/tokens', { role: 'orchestrator', label });
    return { url, token, notes: [`A token '${label}' was made; the page Connect can revoke it.`] };
  } catch (error) {
    if (!isControlPlaneError(error)) throw error;
    return { url, token: null, notes: [`No token: ${error.message}`] };
  }
}
