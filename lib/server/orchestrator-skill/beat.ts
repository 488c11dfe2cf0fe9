import { acquireFileLock } from '../file-lock.mjs';
import { LeaseKeeper, type LeaseEnd } from '../orchestrator/lease-keeper';
import { giveBack, isUnprinted, type Held } from './give-back';
import { runScript, type ScriptContext } from './script';
import { isAlive } from './session';
import { forget, type OpenDispatch, type Phase } from './state';

const HELP = `beat: keeps the leases of what this project's sessions hold, each for as long as its session lives. next and
status start it.

Usage: node beat.mjs

Gives back what a session held that is gone, and what a next claimed and never printed. Ends by itself half a minute
after nothing is held any more.
`;

const TICK_MS = 1_000;
/** After the last dispatch ended, the next claim is mostly near. */
const IDLE_TICKS = 30;

class Beat {
  readonly #keepers = new Map<string, LeaseKeeper>();
  #ended = false;

  constructor(private readonly context: ScriptContext) {
    process.on('SIGTERM', () => (this.#ended = true)).on('SIGINT', () => (this.#ended = true));
  }

  get isToldToEnd(): boolean {
    return this.#ended;
  }

  async run(): Promise<void> {
    for (let idle = 0; !this.#ended && idle < IDLE_TICKS;) {
      const running = runningIn(this.context);
      // Each by the session that claimed it: the next session in this project may be at work before the beat of the
      // one before it has noticed its end.
      const nobodys = running.filter(([, held]) => !isAlive(held.session) || isUnprinted(held));
      this.#keep(running.filter(one => !nobodys.includes(one)));
      await giveBack(this.context, nobodys);
      idle = running.length === 0 ? idle + 1 : 0;
      await new Promise(resolve => setTimeout(resolve, TICK_MS));
    }
    await Promise.all([...this.#keepers.values()].map(keeper => keeper.stop()));
  }

  #keep(running: Held[]): void {
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
}

const runningIn = ({ state }: ScriptContext): Held[] =>
  Object.entries(state.read().dispatches).filter(([, { phase }]) => phase === 'running' || phase === 'cancel');

await runScript(import.meta.url, {
  help: HELP,
  run: async context => {
    const beat = new Beat(context);
    // Again when something was claimed while it ended: the beat that this claim started found the lock held, and left.
    do {
      const attempt = acquireFileLock(context.project.folder, 'beat');
      if (!attempt.acquired) return undefined;
      try {
        await beat.run();
      } finally {
        attempt.release();
      }
    } while (!beat.isToldToEnd && runningIn(context).length > 0);
    return undefined;
  },
});
