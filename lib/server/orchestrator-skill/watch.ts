import { deferred } from '@/lib/kernel/deferred';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { steadyClock } from '@/lib/kernel/clock';
import { createAcker } from '@/lib/sdk/acker';
import { openEventStream, type EventStream } from '@/lib/sdk/event-stream';
import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';
import { WAKE_TYPES, isWake } from '../orchestrator/wake';
import { lockHolder } from '../file-lock.mjs';
import { ensureBeat } from './beat-process';
import { Bell } from './bell';
import { DUE_POLL_MS, DueLook } from './due-look';
import { ownWork } from './own-work';
import { NEW_TOKEN_FIX, print, runScript, text, type ScriptContext } from './script';
import { isAlive, thisSession } from './session';
import { toHandIn } from './agent-turns';
import { leased, toStop } from './state';
import { REPLACED, takeOver } from './take-over';

const HELP = `watch: the doorbell. Runs until it is stopped, and prints one short line when there is a reason to look.

Usage: node watch.mjs [--types a,b] [--once]
  --types SLUGS     ring only for work of these agent types
  --once            exit after the first line (for sessions that cannot watch a running command)

Lines:
  {"do":"next","events":{"message-created":2}}   run next
  {"do":"status","stop":1}                       agents have to be stopped; status says which
  {"state":"offline"} / {"state":"live"}         the server is away / is back
  {"state":"stopped"}                            ended from outside; exit 0
  {"state":"replaced"}                           a newer watch of this project rings in its place; exit 0
  {"fatal":"unauthenticated", …}                 the token is not accepted; exit 2
A line never holds text that an agent or a person wrote. At most one line in 2.5 s, 400 characters.
`;

/** A newer server may send more; a name we do not know is not printed. */
const KNOWN: ReadonlySet<string> = new Set(WAKE_TYPES);
/** A change of the state file, by the beat mostly, is seen within this. */
const STATE_POLL_MS = 1_000;
/** A `next` that keeps failing while the stream is up costs the session a turn each time. */
const OWED_POLL_MS = 15_000;
/** Longer than a beat needs to start, on a slow machine too. */
const BEAT_START_MS = 10_000;
/** Due work this old was not taken by the look that its event caused. */
const DUE_SECONDS = 3;
/** A session that missed the line, or forgot it, is told again: its agent works on what nobody wants from it any more. */
const STOP_AGAIN_MS = 300_000;
/** What is not acknowledged is rung for again, no more. */
const LAST_ACK_MS = 2_000;
/** A session hands in what an agent said within its next turn; longer than this it forgot. */
const HAND_IN_AFTER_MS = 15_000;

async function watch(context: ScriptContext): Promise<undefined> {
  const types = text(context.values, 'types')
    ?.split(',')
    .map(slug => slug.trim());
  const watcher = new Watcher(context, types);
  // Before it holds the lock: a signal that came between the two ended it without its last line.
  process.on('SIGTERM', () => watcher.end('stopped')).on('SIGINT', () => watcher.end('stopped'));
  process.on(REPLACED, () => watcher.end('replaced'));
  // A session that was resumed starts its watch again while an old one may still run somewhere, and two under one name
  // would end each other's stream in turn.
  const release = await takeOver(context.project.folder, 'watch');
  try {
    // The session is gone and nobody reads: not an error.
    process.stdout.on('error', () => watcher.end());
    await watcher.run();
  } finally {
    release();
  }
  return undefined;
}

class Watcher {
  readonly #bell: Bell;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #session = thisSession();
  readonly #own = ownWork();
  readonly #due: DueLook;
  #stream: EventStream | undefined;
  readonly #finished = deferred<void>();
  #isOver = false;
  #stopCount = 0;
  #stopAgainMs = 0;
  #handInAgainMs = 0;
  #owedAgainMs = 0;
  #beatAgainMs = 0;
  #wasOffline = false;

  constructor(
    private readonly context: ScriptContext,
    private readonly types: string[] | undefined,
  ) {
    const { dueLook } = context.state.read();
    this.#due = new DueLook(this.#isOnce ? dueLook : undefined);
    this.#bell = new Bell({
      ring: line => {
        process.stdout.write(`${line}\n`);
        if (this.#isOnce) this.end();
      },
    });
  }

  get #isOnce(): boolean {
    return this.context.values['once'] === true;
  }

  /** The next one goes on from there: each began anew, and work that stayed due rang at once, turn after turn. */
  async #keepDueLook(): Promise<void> {
    if (!this.#isOnce) return;
    const dueLook = this.#due.kept();
    const written = this.context.state.update(state => {
      state.dueLook = dueLook;
    });
    await written.catch(() => undefined);
  }

  async run(): Promise<void> {
    if (this.#isOver) return;
    const { url, token, consumer, calls } = this.context;
    const acker = createAcker({ calls, consumer });
    this.#stream = openEventStream({
      baseUrl: url,
      token,
      consumer,
      filter: { types: WAKE_TYPES },
      onEvent: event => this.#hear(event),
      onReset: () => this.#bell.check(),
      // Only what is printed is dealt with: a line lost with this process is rung again by the next one.
      onPosition: position => this.#bell.whenRung(() => acker.note(position)),
      onState: (state, error) => this.#onState(state, error?.message),
    });
    this.#timers.push(setInterval(() => this.#lookAtState(), STATE_POLL_MS));
    this.#timers.push(setInterval(() => void this.#lookForDue(DUE_SECONDS), DUE_POLL_MS));
    await this.#finished.promise;
    for (const timer of this.#timers) clearInterval(timer);
    this.#bell.close();
    await this.#keepDueLook();
    // A server that is silent takes a minute to be given up, and whoever takes this one's place waits for it.
    await Promise.race([acker.flush(), steadyClock.sleep(LAST_ACK_MS)]);
    acker.stop();
    await this.#stream.stop();
  }

  end(state?: 'stopped' | 'replaced'): void {
    if (state !== undefined) print({ state });
    this.#finish();
  }

  #finish(): void {
    this.#isOver = true;
    this.#finished.resolve();
  }

  #hear(event: StreamEvent): void {
    if (event.type === 'dispatch-updated' && event.data['status'] === 'cancelling')
      // Not written down: the beat hears of it too.
      this.#noteCancel(event.data.id).catch(() => undefined);
    if (!KNOWN.has(event.type) || !isWake(event, this.types)) return;
    const { dispatches, ended } = this.context.state.read();
    const own = event.type === 'dispatch-updated' && (event.data.id in dispatches || ended.includes(event.data.id));
    if (own && event.data['status'] !== 'waiting') return;
    this.#due.heard();
    this.#bell.event(event.type);
  }

  /** Sooner than the next heartbeat would say it. */
  async #noteCancel(id: string): Promise<void> {
    const { state } = this.context;
    if (state.read().dispatches[id] === undefined) return;
    await state.update(({ dispatches }) => {
      const held = dispatches[id];
      if (held?.phase === 'running') held.phase = 'cancel';
    });
    this.#lookAtState();
  }

  #onState(state: LiveState, why: string | undefined): void {
    if (state === 'unauthenticated') {
      print({ fatal: 'unauthenticated', message: why, fix: NEW_TOKEN_FIX });
      process.exitCode = 2;
      return this.#finish();
    }
    if (state === 'offline') {
      this.#wasOffline = true;
      print({ state });
    }
    if (state !== 'live') return;
    if (this.#wasOffline) {
      this.#wasOffline = false;
      print({ state });
      this.#bell.check();
    } else void this.#lookForDue(0);
  }

  #lookAtState(): void {
    if (!isAlive(this.#session)) return this.end();
    this.#lookForStops();
    this.#lookForLastWords();
    this.#lookForOwed();
    this.#lookForBeat();
  }

  #lookForStops(): void {
    const count = toStop(this.#own(this.context.state.read())).length;
    const isNews = count > this.#stopCount;
    this.#stopCount = count;
    if (count === 0 || !(isNews || steadyClock.now() >= this.#stopAgainMs)) return;
    this.#stopAgainMs = steadyClock.now() + STOP_AGAIN_MS;
    this.#bell.stop(count);
  }

  /** It may have been killed, and the session may not run a script for hours. */
  #lookForBeat(): void {
    const { project, state } = this.context;
    if (steadyClock.now() < this.#beatAgainMs || leased(state.read()).length === 0) return;
    if (lockHolder(project.folder, 'beat') !== null) return;
    this.#beatAgainMs = steadyClock.now() + BEAT_START_MS;
    ensureBeat(this.context);
  }

  /** A `next` that got no answer took the ring with it: it rings again once the server is there. */
  #lookForOwed(): void {
    const { state } = this.context;
    if (this.#stream?.state !== 'live' || steadyClock.now() < this.#owedAgainMs || state.read().owesLook !== true)
      return;
    this.#owedAgainMs = steadyClock.now() + OWED_POLL_MS;
    this.#bell.check();
    // Held by other scripts for long: it rings once more, which does no harm.
    const settled = state.update(now => {
      now.owesLook = false;
    });
    settled.catch(() => undefined);
  }

  /** Told to a session that forgot them; seldom, for each line costs it a turn. */
  #lookForLastWords(): void {
    // While the server is away nothing can be handed in.
    if (this.#stream?.state !== 'live' || steadyClock.now() < this.#handInAgainMs) return;
    if (toHandIn(this.#own(this.context.state.read()), HAND_IN_AFTER_MS).length === 0) return;
    this.#handInAgainMs = steadyClock.now() + DUE_POLL_MS;
    this.#bell.check();
  }

  /** At the start any due work counts: it may have come after the session's look and before the stream was open. */
  async #lookForDue(minSeconds: number): Promise<void> {
    if (this.#stream?.state !== 'live' || !this.#due.isTime()) return;
    const health = await this.context.client.get<SystemHealth>('/api/system-health').catch(() => null);
    if ((health?.oldestDueSeconds ?? -1) < minSeconds) return this.#due.nothing();
    this.#due.rung();
    this.#bell.due();
  }
}

await runScript(import.meta.url, {
  help: HELP,
  options: { types: { type: 'string' }, once: { type: 'boolean' } },
  run: context => watch(context),
});
