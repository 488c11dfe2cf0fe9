import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SERVER_FLAGS } from '../../scripts/bootstrap/server-flags.mjs';

const START_WITHIN_MS = 30_000;

export interface BenchChild {
  pid: number;
  ready: Record<string, unknown>;
  /** Resolves with the next thing it says. */
  ask<T>(message: object): Promise<T>;
  onMessage(run: (message: Record<string, unknown>) => void): void;
  stop(): Promise<void>;
}

/** This same bundle in a process of its own, as a server of ours is started, playing a role; ready when it says so. */
export async function startRole(role: string, orders: unknown): Promise<BenchChild> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['--role', role, JSON.stringify(orders)], {
    execArgv: [...process.execArgv, ...SERVER_FLAGS],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${role} did not start`)), START_WITHIN_MS);
    child.once('exit', code => reject(new Error(`${role} ended with ${code}`)));
    child.once('message', message => {
      clearTimeout(timer);
      resolve(message as Record<string, unknown>);
    });
  });
  return {
    pid: child.pid!,
    ready,
    ask: message =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`${role} ended with ${code}`));
        child.once('exit', ended);
        child.once('message', answer => {
          child.off('exit', ended);
          resolve(answer as never);
        });
        child.send(message);
      }),
    onMessage: run => void child.on('message', message => run(message as Record<string, unknown>)),
    stop: () =>
      new Promise(resolve => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}
