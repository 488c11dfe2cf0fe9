import { createClient } from '@/lib/sdk/client';
import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { claudeProgram } from '@/lib/server/orchestrator/claude-program';
import { Orchestrator, type OrchestratorOptions } from '@/lib/server/orchestrator/orchestrator';
import { shellProgram } from '@/lib/server/orchestrator/program';
import { createLogger } from '@/lib/telemetry/logger';
import { until } from '../../sdk/until';
import type { FakePlane } from './fake-plane';

/** An orchestrator that runs `--exec command` for the work of that plane, and has claimed once. */
export async function startOrchestrator(
  plane: FakePlane,
  command: string,
  more: Partial<OrchestratorOptions> = {},
): Promise<Orchestrator> {
  const { url } = plane.server;
  const calls = dispatchCalls(createClient({ baseUrl: url, token: 't' }));
  const log = createLogger({ name: 'test', level: 'silent' });
  const orchestrator = new Orchestrator({
    url,
    token: 't',
    consumer: 'me',
    capacity: 4,
    agentTypes: undefined,
    program: claudeProgram(command, { calls, log }) ?? shellProgram(command),
    env: { PATH: process.env['PATH'], SWITCHBOARD_URL: url },
    calls,
    log,
    onRefused: () => undefined,
    ...more,
  });
  orchestrator.start();
  await until('the first claim', () => plane.claims > 0);
  return orchestrator;
}
