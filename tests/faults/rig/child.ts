import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { alive } from './ending';

export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Everything it says goes here, and stays over restarts. */
  logPath: string;
}

/** One process of the rig: it can be killed, frozen and started again, and cannot outlive the run. */
export class Child {
  readonly name: string;
  readonly #options: ChildOptions;
  #process: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #isFrozen = false;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#process?.pid : undefined;
  }
  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  start(env: Record<string, string> = {}): void {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const { command, args, logPath } = this.#options;
    const log = openSync(logPath, 'a', 0o600);
    const child = spawn(command, args, {
      env: { ...process.env, ...this.#options.env, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#process = child;
    this.#isFrozen = false;
    this.#ended = new Promise(resolve => {
      child.once('error', () => resolve(null)).once('exit', code => resolve(code));
    });
    if (child.pid !== undefined) alive.add(child.pid);
    void this.#ended.then(() => child.pid !== undefined && alive.delete(child.pid));
  }

  /** SIGKILL; resolves with the moment it was sent, once the process is gone. */
  async kill(): Promise<number> {
    const atMs = Date.now();
    this.#process?.kill('SIGKILL');
    await this.#ended;
    return atMs;
  }

  freeze(): number {
    this.#process?.kill('SIGSTOP');
    this.#isFrozen = true;
    return Date.now();
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
    this.#isFrozen = false;
  }

  /** SIGTERM, and the exit code; null when it had to be killed. */
  async stop(patienceMs: number): Promise<number | null> {
    if (!this.isRunning) return this.#ended;
    this.thaw();
    this.#process?.kill('SIGTERM');
    const late = setTimeout(() => this.#process?.kill('SIGKILL'), patienceMs);
    const code = await this.#ended;
    clearTimeout(late);
    return code;
  }

  /** Resolves with the exit code, null after a signal, whenever that is. */
  exited(): Promise<number | null> {
    return this.#ended;
  }

  log(): string {
    try {
      return readFileSync(this.#options.logPath, 'utf8');
    } catch {
      return '';
    }
  }

  /** How often it logged that, in all its lives. */
  said(message: string): number {
    return this.lines().filter(({ msg }) => typeof msg === 'string' && msg.includes(message)).length;
  }

  /** The JSON lines it logged. */
  lines(): Record<string, unknown>[] {
    return this.log()
      .split('\n')
      .flatMap(line => {
        try {
          return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [];
        } catch {
          // Cut off by a kill.
          return [];
        }
      });
  }
}
