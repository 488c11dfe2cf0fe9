import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { lockHolder } from '@/lib/server/file-lock.mjs';

export interface SkillSessionOptions {
  project: string;
  /** Where its scripts are; default: as installed into the project. */
  scripts?: string;
  env?: Record<string, string>;
}

/** Runs scripts, and holds a process that stands for Claude Code's own, by whose life the leases are kept. */
export class SkillSession {
  readonly #shell = spawn('/bin/sh', ['-c', 'exec sleep 600'], { stdio: 'ignore' });
  readonly #watches: ChildProcess[] = [];

  constructor(private readonly options: SkillSessionOptions) {}

  /** One script, to its end. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely
  async call(script: string, args: string[] = [], input = '', env: Record<string, string> = {}): Promise<any> {
    const child = this.start(script, args, env);
    let stdout = '';
    child.stdout!.on('data', chunk => (stdout += String(chunk)));
    child.stdin!.end(input);
    const code = await new Promise<number | null>(resolve => child.once('close', resolve));
    return { code, ...JSON.parse(stdout) };
  }

  start(script: string, args: string[] = [], env: Record<string, string> = {}): ChildProcess {
    const { project, scripts = join(project, '.claude', 'skills', 'orchestrator', 'scripts') } = this.options;
    return spawn(process.execPath, [join(scripts, `${script}.mjs`), ...args], { cwd: project, env: this.#env(env) });
  }

  watch(args: string[] = [], env: Record<string, string> = {}) {
    const child = this.start('watch', args, env);
    this.#watches.push(child);
    let text = '';
    child.stdout!.on('data', chunk => (text += String(chunk)));
    const exited = new Promise<number | null>(resolve => child.once('exit', resolve));
    return { lines: () => text.split('\n').filter(Boolean), exited, child };
  }

  /** Those that run now: none or one of each. */
  holders(lock: 'beat' | 'watch'): number[] {
    const holder = lockHolder(join(this.options.project, '.claude', 'switchboard'), lock);
    return holder === null ? [] : [holder.pid];
  }

  /** What a closed terminal does to it. */
  async leave(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const exited = new Promise(done => this.#shell.once('exit', done));
    this.#shell.kill('SIGKILL');
    await exited;
  }

  async end(): Promise<void> {
    await this.leave();
    for (const child of this.#watches) child.kill('SIGTERM');
    for (const pid of [...this.holders('beat'), ...this.holders('watch')]) tryKill(pid);
    const left = () => expect([...this.holders('beat'), ...this.holders('watch')]).toEqual([]);
    await vi.waitFor(left, 20_000);
  }

  #env = (more: Record<string, string>) => ({
    ...process.env,
    SWITCHBOARD_URL: '',
    SWITCHBOARD_TOKEN: '',
    SWITCHBOARD_SESSION_PID: String(this.#shell.pid),
    ...this.options.env,
    ...more,
  });
}

export function tryKill(pid: number, signal: NodeJS.Signals = 'SIGTERM'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between the look and the call.
  }
}
