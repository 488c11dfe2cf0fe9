import { acquireFileLock } from '../file-lock.mjs';
import { LeaseKeeper, type LeaseEnd } from '../orchestrator/lease-keeper';
import { beatLock } from './beat-process';
import { ForgottenWork } from './forgotten-work';
import { giveBack, isUnprinted } from './give-back';
import { runScript, type ScriptContext } from './script';
import { isAlive } from './session';
import { forget, leased, type Held, type OpenDispatch, type Phase } from './state';
import { REPLACED, takeOver } from './take-over';

const HELP = `beat: keeps the leases of what this project's sessions hold, each for as long as its session lives. next,
status and watch start it.

Usage: node beat.mjs

Gives back what a session held that is gone, what a next claimed and never printed, and what was printed and given to
no agent within ten minutes. Ends by itself half a minute after nothing is held any more.
`;

const TICK_MS = 1_000;
/** After the last dispatch ended, the next claim is mostly near. */
const IDLE_TICKS = 30;

class Beat {
  readonly #keepers = new Map<string, LeaseKeeper>();
  readonly #forgotten = new ForgottenWork();
  #ended = false;

  constructor(private readonly context: ScriptContext) {
    for (const signal of ['SIGTERM', 'SIGINT', REPLACED] as const) process.on(signal, () => (this.#ended = true));
  }

  get isToldToEnd(): boolean {
    return this.#ended;
  }

  async run(): Promise<void> {
    for (let idle = 0; !this.#ended && idle < IDLE_TICKS;) {
      const running = leased(this.context.state.read());
      // Each by the session that claimed it: the next session in this project may be at work before the beat of the
      // one before it has noticed its end.
      const forgotten = new Set(this.#forgotten.among(running));
      const nobodys = running.filter(one => !isAlive(one[1].session) || isUnprinted(one[1]) || forgotten.has(one));
      this.#keep(running.filter(one => !nobodys.includes(one)));
      // What could not be written down is tried again with the next look.
      await giveBack(this.context, nobodys).catch(() => undefined);
      idle = running.length === 0 ? idle + 1 : 0;
      await new Promise(resolve => setTimeout(resolve, TICK_MS));
    }
    await Promise.all([...this.#keepers.values()].map(keeper => keeper.stop()));
  }

  #keep(running: Held[]): void {
    const wanted = new Set(running.map(([id, { epoch }]) => `${id}:${epoch}`));
    for (const name of this.#keepers.keys()) if (!wanted.has(name)) this.#drop(name);
    for (const [id, held] of running) {
      const name = `${id}:${held.epoch}`;
      if (!this.#keepers.has(name)) this.#keepers.set(name, this.#keeperOf(id, held));
    }
  }

  #drop(name: string): void {
    void this.#keepers.get(name)?.stop();
    this.#keepers.delete(name);
  }

  #keeperOf(id: string, { epoch, leaseMs }: OpenDispatch): LeaseKeeper {
    // The state file may be held, or the disk full: a new keeper hears again what was not written down.
    const hear = (noted: Promise<void>) => void noted.catch(() => this.#drop(`${id}:${epoch}`));
    const keeper = new LeaseKeeper({
      calls: this.context.calls,
      id,
      epoch,
      leaseMs,
      onCancelRequested: () => hear(this.#note(id, epoch, 'cancel')),
      onEnd: end => hear(this.#onEnd(id, epoch, end)),
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

/** One with another connection lets go first: this one's worked just now, and both would keep the same leases. */
async function keepAll(beat: Beat, folder: string): Promise<void> {
  const release = await takeOver(folder, 'beat');
  try {
    await beat.run();
  } finally {
    release();
  }
}

await runScript(import.meta.url, {
  help: HELP,
  run: async context => {
    const beat = new Beat(context);
    // Again when something was claimed while it ended: the beat that this claim started found the lock held, and left.
    do {
      const own = acquireFileLock(context.project.folder, beatLock(context));
      if (!own.acquired) return undefined;
      try {
        await keepAll(beat, context.project.folder);
      } finally {
        own.release();
      }
    } while (!beat.isToldToEnd && leased(context.state.read()).length > 0);
    return undefined;
  },
});
