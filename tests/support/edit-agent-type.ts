import { randomBytes } from 'node:crypto';
import { createLogger } from '@/lib/telemetry/logger';
import { buildPlane } from '@/lib/server/build-plane';
import { systemContext } from '@/lib/services/context';
import { patchAgentType } from '@/lib/services/agent-types/patch-agent-type';

/** A process that edits one agent type and, told to by its environment, dies on the way. */
const [mongodbUri = '', database = '', slug = ''] = process.argv.slice(2);
const { plane, close } = await buildPlane({
  mongodbUri,
  database,
  adminToken: randomBytes(16).toString('hex'),
  processName: 'editor',
  log: createLogger({ name: 'editor', level: 'error' }),
});
await patchAgentType(systemContext(plane, 'default'), slug, { revision: 1, paused: true });
await close();
