import { acquireFileLock } from '../file-lock.mjs';
import { LeaseKeeper, type LeaseEnd } from '../orchestrator/lease-keeper';
import { isSameProcess, processStartMark } from '../process-identity.mjs';
import { runScript, wholeNumber, type ScriptContext } from './script';
import { forget, type OpenDispatch, type Phase } from './state';

const HELP = `beat: keeps the leases of what this session holds, for as long as the session lives. next and status start it.

Usage: node beat.mjs --session-pid PID

Ends by itself: when nothing is held any more, or when the session is gone; then what it held is given back.
`;

const TICK_MS = 1_000;
/** After the last dispatch ended, the next claim is mostly near. */
const IDLE_TICKS = 30;
const MAX_PID = 99_999_999;

class Beat {
  readonly #keepers = new Map<string, LeaseKeeper>();
  readonly #session: number;
  readonly #sessionMark: string | null;
  #ended = false;

  constructor(private readonly context: ScriptContext) {
    this.#session = wholeNumber(context.values, 'session-pid', { min: 1, max: MAX_PID, usual: process.ppid });
    this.#sessionMark = processStartMark(this.#session);
    process.on('SIGTERM', () => (this.#ended = true)).on('SIGINT', () => (this.#ended = true));
  }

  async run(): Promise<void> {
    for (let idle = 0; !this.#ended && idle < IDLE_TICKS;) {
      const { dispatches } = this.context.state.read();
      const running = Object.entries(dispatches).filter(([, { phase }]) => phase === 'running' || phase === 'cancel');
      this.#keep(running);
      idle = running.length === 0 ? idle + 1 : 0;
      if (!isSameProcess(this.#session, this.#sessionMark)) {
        await this.#giveBack(running);
        break;
      }
      await new Promise(resolve => setTimeout(resolve, TICK_MS));
    }
    await Promise.all([...this.#keepers.values()].map(keeper => keeper.stop()));
  }

  #keep(running: [string, OpenDispatch][]): void {
    const wanted = new Set(running.map(([id, { epoch }]) => `${id}:${epoch}`));
    for (const [name, keeper] of this.#keepers) {
      if (wanted.has(name)) continue;
      this.#keepers.delete(name);
      void keeper.stop();
    }
    for (const [id, held] of running) {
      const name = `${id}:${held.epoch}`;
      if (!this.#keepers.has(name)) this.#keepers.set(name, this.#keeperOf(id, held));
    }
  }

  #keeperOf(id: string, { epoch, leaseMs }: OpenDispatch): LeaseKeeper {
    const keeper = new LeaseKeeper({
      calls: this.context.calls,
      id,
      epoch,
      leaseMs,
      onCancelRequested: () => void this.#note(id, epoch, 'cancel'),
      onEnd: end => void this.#onEnd(id, epoch, end),
      // Nobody reads what this process says; the plane shows a lease that is not kept.
      onProblem: () => undefined,
    });
    keeper.start();
    return keeper;
  }

  async #onEnd(id: string, epoch: number, end: LeaseEnd): Promise<void> {
    if (end.kind === 'stale') return this.#note(id, epoch, 'lost');
    if (end.status === 'waiting') return this.#note(id, epoch, 'waiting');
    // Its agent reported the end; `done` of the session answers with it.
    await this.context.state.update(state => forget(state, id, epoch));
  }

  async #note(id: string, epoch: number, phase: Phase): Promise<void> {
    await this.context.state.update(state => {
      const held = state.dispatches[id];
      if (held?.epoch === epoch) held.phase = phase;
    });
  }

  /** With the session its agents are gone: the work is free at once, instead of at the end of the lease. */
  async #giveBack(running: [string, OpenDispatch][]): Promise<void> {
    for (const [id, { epoch }] of running) {
      await this.context.calls.release(id, epoch).catch(() => undefined);
      await this.context.state.update(state => forget(state, id, epoch));
    }
  }
}

await runScript(import.meta.url, {
  help: HELP,
  options: { 'session-pid': { type: 'string' } },
  run: async context => {
    const attempt = acquireFileLock(context.project.folder, 'beat');
    if (!attempt.acquired) return undefined;
    try {
      await new Beat(context).run();
    } finally {
      attempt.release();
    }
    return undefined;
  },
});
