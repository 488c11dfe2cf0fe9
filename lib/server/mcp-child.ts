import { fork, type ChildProcess } from 'node:child_process';
import { backoffMs } from '../kernel/backoff';
import { deferred } from '../kernel/deferred';
import type { Logger } from '../telemetry/logger';

const RESTART = { baseMs: 500, maxMs: 15_000 };
/** One that ran this long had a fresh reason to die. */
const HEALTHY_RUN_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;

/** What the child says over its IPC channel, once. */
export const MCP_LISTENS = 'listening';

export interface McpChild {
  pid(): number | undefined;
  /** Resolves when calls are answered: at once mostly; after a death, when the next one listens. Rejects at the stop. */
  whenListening(): Promise<void>;
  stop(): Promise<void>;
}

interface McpChildOptions {
  /** The bundled entry. */
  path: string;
  env: NodeJS.ProcessEnv;
  log: Logger;
  onPid: (pid: number | undefined) => void;
}

/**
 * The MCP server beside web, in a process of its own: a stuck tool call cannot hold up the stream. It is started again
 * when it dies; the IPC channel ends it when web is killed.
 */
export function startMcpChild({ path, env, log, onPid }: McpChildOptions): McpChild {
  let child: ChildProcess | null = null;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let isListening = false;
  /** Kept over a child that died before it listened: who waits, waits for the next. */
  let listening = deferred<void>();

  const start = (): void => {
    const startedAtMs = Date.now();
    child = fork(path, ['--http'], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    onPid(child.pid);
    child.on('message', said => {
      if (said !== MCP_LISTENS) return;
      isListening = true;
      listening.resolve();
    });
    child.once('exit', (code, signal) => {
      child = null;
      if (isListening) listening = deferred<void>();
      isListening = false;
      onPid(undefined);
      if (stopping) return;
      failures = Date.now() - startedAtMs > HEALTHY_RUN_MS ? 0 : failures + 1;
      const delayMs = backoffMs(failures, RESTART);
      log.error({ code, signal, delayMs }, 'the MCP server ended; it is started again');
      timer = setTimeout(start, delayMs);
    });
  };
  start();

  return {
    pid: () => child?.pid,
    whenListening: () => (stopping ? Promise.reject(new Error('stopping')) : listening.promise),
    stop: async () => {
      stopping = true;
      listening.promise.catch(() => undefined);
      listening.reject(new Error('stopping'));
      clearTimeout(timer);
      const running = child;
      if (!running) return;
      await new Promise<void>(resolve => {
        const kill = setTimeout(() => running.kill('SIGKILL'), STOP_PATIENCE_MS);
        running.once('exit', () => {
          clearTimeout(kill);
          resolve();
        });
        running.kill('SIGTERM');
      });
    },
  };
}
