import { fork, type ChildProcess } from 'node:child_process';
import { backoffMs } from '../kernel/backoff';
import { steadyClock } from '../kernel/clock';
import type { Logger } from '../telemetry/logger';

const RESTART = { baseMs: 500, maxMs: 15_000 };
/** One that ran this long had a fresh reason to die. */
const HEALTHY_RUN_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;

/** What the child says over its IPC channel, once. */
export const MCP_LISTENS = 'listening';

type Waiter = (isListening: boolean) => void;

export interface McpChild {
  /** `onPid` is told each time one begins or ends. */
  start(onPid: (pid: number | undefined) => void): void;
  isListening(): boolean;
  /** Tells when the next one listens, or that none will for this server stops. The answer takes it back. */
  onceListening(tell: Waiter): () => void;
  stop(): Promise<void>;
}

interface McpChildOptions {
  /** The bundled entry. */
  path: string;
  env: NodeJS.ProcessEnv;
  log: Logger;
}

/**
 * The MCP server beside web, in a process of its own: a stuck tool call cannot hold up the stream. It is started again
 * when it dies; the IPC channel ends it when web is killed.
 */
export function createMcpChild({ path, env, log }: McpChildOptions): McpChild {
  /** Bounded by whoever waits: each leaves after a while. */
  const waiters = new Set<Waiter>();
  let child: ChildProcess | null = null;
  let listening = false;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const tellAll = (isListening: boolean): void => {
    for (const tell of waiters) tell(isListening);
    waiters.clear();
  };

  const start = (onPid: (pid: number | undefined) => void): void => {
    const startedAtMs = steadyClock.now();
    const again = (why: object): void => {
      failures = steadyClock.now() - startedAtMs > HEALTHY_RUN_MS ? 0 : failures + 1;
      const delayMs = backoffMs(failures, RESTART);
      log.error({ ...why, delayMs }, 'the MCP server ended; it is started again');
      timer = setTimeout(start, delayMs, onPid);
    };
    const own = forkOrError(path, env);
    if (own instanceof Error) return again({ err: own });
    child = own;
    onPid(own.pid);
    own.on('message', said => {
      // What a dead one said may be delivered after its end.
      if (said !== MCP_LISTENS || child !== own) return;
      listening = true;
      tellAll(true);
    });
    const onEnd = (why: object): void => {
      child = null;
      listening = false;
      onPid(undefined);
      if (!stopping) again(why);
    };
    own.once('exit', (code, signal) => onEnd({ code, signal }));
    // One that could not be started has no exit. Unheard, its error would end the web process.
    own.on('error', error => {
      if (own.pid === undefined) onEnd({ err: error });
    });
  };

  return {
    start,
    isListening: () => listening,
    onceListening: tell => {
      if (stopping) tell(false);
      else waiters.add(tell);
      return () => void waiters.delete(tell);
    },
    stop: async () => {
      stopping = true;
      tellAll(false);
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

/** Out of memory Node throws where it otherwise tells by an event. */
function forkOrError(path: string, env: NodeJS.ProcessEnv): ChildProcess | Error {
  try {
    return fork(path, ['--http'], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  } catch (error) {
    return error as Error;
  }
}
