import { randomBytes } from 'node:crypto';
import type { IssuedToken } from '@/lib/domain/identity/schema';
import { isControlPlaneError } from '@/lib/domain/errors';
import { createClient, type Client } from '@/lib/sdk/client';
import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { childEnvironment } from '@/lib/server/orchestrator/child-environment';
import { Orchestrator } from '@/lib/server/orchestrator/orchestrator';
import { shellProgram } from '@/lib/server/orchestrator/program';
import type { Logger } from '@/lib/telemetry/logger';
import { CAPACITY } from './pace';
import { TEAM } from './script';

export interface TeamOptions {
  url: string;
  /** Of the person who runs the demo: takes the team's token and name away in the end. */
  admin: Client;
  token: IssuedToken;
  /** What one agent is: a command, as `npm run orchestrator -- --exec` takes it. */
  command: string;
  log: Logger;
}

export interface Team {
  consumer: string;
  start(): void;
  /** Nothing of it runs afterwards, and it holds no work. */
  stop(): Promise<void>;
}

/**
 * The headless orchestrator itself, in this process: when the demo is killed its children go with it, and there is no
 * second process that could be left behind.
 */
export function makeTeam({ url, admin, token, command, log }: TeamOptions): Team {
  const consumer = `demo-${randomBytes(3).toString('hex')}`;
  const calls = dispatchCalls(createClient({ baseUrl: url, token: token.token }));
  const orchestrator = new Orchestrator({
    url,
    token: token.token,
    consumer,
    capacity: CAPACITY,
    agentTypes: TEAM,
    program: shellProgram(command),
    env: childEnvironment(process.env, { url, token: token.token }),
    calls,
    log,
    onRefused: () => log.error('the team’s token is not accepted any more'),
  });
  // Whoever interrupts a demo has seen enough: children are asked to stop at once.
  const hurry = AbortSignal.abort();
  return {
    consumer,
    start: () => orchestrator.start(),
    stop: async () => {
      await orchestrator.stop(hurry);
      await forget(admin, `/api/consumers/${consumer}`);
      await forget(admin, `/api/tokens/${token.id}`);
    },
  };
}

async function forget(admin: Client, path: string): Promise<void> {
  try {
    await admin.delete(path);
  } catch (error) {
    // It was never used, or somebody took it away already.
    if (!isControlPlaneError(error, 'not-found')) throw error;
  }
}

/** For /bin/sh: any path, spaces and quotes included. */
export const shellCommand = (...words: string[]): string =>
  words.map(word => (/^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
