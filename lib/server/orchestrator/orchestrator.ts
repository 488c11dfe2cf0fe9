import { MAX_CLAIM, type Dispatch } from '@/lib/domain/dispatch/schema';
import { deferred } from '@/lib/kernel/deferred';
import { createAcker, type Acker } from '@/lib/sdk/acker';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { openEventStream, type EventStream } from '@/lib/sdk/event-stream';
import type { LiveState } from '@/lib/sdk/live-state';
import { mayHaveClaimed } from '@/lib/sdk/problem';
import type { StreamEvent } from '@/lib/sdk/stream-event';
import { crashPoint } from '@/lib/telemetry/crash-point';
import type { Logger } from '@/lib/telemetry/logger';
import type { Environment } from './child-environment';
import { ClaimLoop } from './claim-loop';
import { Job } from './job';
import { releaseStrays } from './release-strays';
import { EVERY_CLAIM, type OwnClaims } from './own-claims';
import { OrphanGuard } from './orphan-guard';
import type { Program } from './program';
import { WAKE_TYPES, isWake } from './wake';

export interface OrchestratorOptions {
  url: string;
  token: string;
  consumer: string;
  /** Which of the consumer's claims are ours; absent: every one. */
  ownClaims?: OwnClaims;
  capacity: number;
  agentTypes: readonly string[] | undefined;
  program: Program;
  /** What children inherit. */
  env: Environment;
  calls: DispatchCalls;
  log: Logger;
  /** The credential was refused on the stream. */
  onRefused(stream: EventStream): void;
}

/** Children may still end by themselves for this long after SIGTERM … */
const FINISH_MS = 3_000;
/** … then are asked to stop, and killed after this. */
const STOP_MS = 2_000;
/** … and what has to be said gets this long: 8 s in all, of the 10 that a supervisor waits. */
const LAST_WORD_MS = 3_000;

/** Hears events, claims what fits, runs one child a dispatch. Holds no truth: the plane knows who owns what. */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #jobs = new Set<Job>();
  readonly #guard = new OrphanGuard();
  readonly #ownClaims: OwnClaims;
  readonly #acker: Acker;
  readonly #loop: ClaimLoop;
  #stream: EventStream | undefined;
  /**
   * The plane may count dispatches as ours that no job here works on: at the start what one before us left that is gone,
   * later what a claim took whose answer never came, or told of none of it.
   */
  #mayHoldStrays = true;
  #stopping = false;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    const { calls, consumer, ownClaims, log } = options;
    this.#ownClaims = ownClaims ?? EVERY_CLAIM;
    this.#acker = createAcker({ calls, consumer, onProblem: problem => log.debug({ err: problem }, 'ack failed') });
    this.#loop = new ClaimLoop({
      free: () => Math.min(MAX_CLAIM, options.capacity - this.#busy()),
      claim: max => this.#claim(max),
      onFailure: error => this.#onClaimFailure(error),
    });
  }

  start(): void {
    this.#guard.start();
    this.#stream = this.#openStream();
    this.#loop.start();
  }

  /** Resolves when every child is gone and every dispatch ended or given back; within 8 s. */
  async stop(hurry: AbortSignal): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const claimed = this.#loop.stop();
    await within(FINISH_MS, Promise.all([claimed, ...this.#finishing()]), hurry);
    for (const job of this.#jobs) job.release(STOP_MS);
    // Asked for once the claim is answered: what it still brought has its last word too.
    const finished = claimed.then(() => Promise.all(this.#finishing()));
    await within(STOP_MS + LAST_WORD_MS, Promise.all([finished, this.#acker.flush()]));
    for (const job of this.#jobs) job.abandon();
    this.#acker.stop();
    await this.#stream?.stop();
    this.#guard.stop();
  }

  #finishing(): Promise<void>[] {
    return [...this.#jobs].map(job => job.finished);
  }

  #busy(): number {
    let busy = 0;
    for (const job of this.#jobs) if (job.running) busy += 1;
    return busy;
  }

  async #claim(max: number): Promise<{ dispatches: Dispatch[] }> {
    if (this.#mayHoldStrays) await this.#releaseStrays();
    if (this.#stopping) return { dispatches: [] };
    const { calls, consumer, agentTypes } = this.#options;
    const types = agentTypes === undefined ? {} : { agentTypes: [...agentTypes] };
    const result = await calls.claim({ consumer, max, ...types });
    if (result.dispatches.length > 0) crashPoint('orchestrator:after-claim');
    await this.#beginAll(result.dispatches);
    return result;
  }

  /** What cannot be begun is this machine's trouble: it goes back, no attempt spent, and the failed claim slows the next. */
  async #beginAll(dispatches: readonly Dispatch[]): Promise<void> {
    const failures: unknown[] = [];
    const releases: Promise<unknown>[] = [];
    for (const dispatch of dispatches) {
      try {
        this.#begin(dispatch);
      } catch (error) {
        failures.push(error);
        releases.push(this.#options.calls.release(dispatch.id, dispatch.epoch));
      }
    }
    if (failures.length === 0) return;
    // For a release that nobody heard.
    this.#mayHoldStrays = true;
    await Promise.allSettled(releases);
    throw failures[0];
  }

  #begin(dispatch: Dispatch): void {
    const { program, env, calls, log } = this.#options;
    const { id, epoch, attempt, mode, agentType, source, timings } = dispatch;
    log.info({ dispatch: id, epoch, attempt, mode, agentType: agentType.slug, source, timings }, 'claim');
    for (const older of this.#jobs) if (older.id === id) older.supersede();
    this.#ownClaims.note(id, epoch);
    const job = new Job({ dispatch, program, env, calls, guard: this.#guard, log });
    this.#jobs.add(job);
    // The place is free when the child ended, before its output is delivered and its leftovers are gone.
    void job.childEnded.then(() => this.#loop.ring());
    void job.finished.then(() => {
      this.#jobs.delete(job);
      // The last word of a stop may not have been heard: the next start looks.
      if (!this.#stopping) this.#ownClaims.forget(id, epoch);
    });
    if (this.#stopping) job.release(STOP_MS);
  }

  #onClaimFailure(error: unknown): void {
    this.#options.log.warn({ err: error }, 'claim failed');
    if (mayHaveClaimed(error)) this.#mayHoldStrays = true;
  }

  async #releaseStrays(): Promise<void> {
    const { calls, consumer, log } = this.#options;
    const mine = new Set([...this.#jobs].map(job => `${job.id}:${job.epoch}`));
    const isStray = (id: string, epoch: number) => this.#ownClaims.has(id, epoch) && !mine.has(`${id}:${epoch}`);
    // A server that was killed over a claim is away for a while: it is asked before each claim until it answers.
    this.#mayHoldStrays = !(await releaseStrays({ calls, consumer, isStray, log }));
    if (!this.#mayHoldStrays) this.#ownClaims.keepOnly(mine);
  }

  #openStream(): EventStream {
    const { url, token, consumer, log } = this.#options;
    const stream: EventStream = openEventStream({
      baseUrl: url,
      token,
      consumer,
      filter: { types: WAKE_TYPES },
      onEvent: event => this.#onEvent(event),
      onReset: reset => {
        log.warn({ reason: reset.reason }, 'event history was lost; the sweep looks for what was missed');
        this.#loop.ring();
      },
      onPosition: position => this.#acker.note(position),
      onState: (state, error) => this.#onState(state, error, stream),
      onProblem: problem => log.debug({ err: problem }, 'event stream'),
    });
    return stream;
  }

  #onEvent(event: StreamEvent): void {
    if (event.type === 'dispatch-updated') {
      for (const job of this.#jobs) if (job.id === event.data.id && event.data['status'] !== 'running') job.look();
    }
    if (!isWake(event, this.#options.agentTypes)) return;
    crashPoint('orchestrator:before-claim');
    this.#loop.ring();
  }

  #onState(state: LiveState, error: unknown, stream: EventStream): void {
    this.#options.log.info({ state, ...(error === null ? {} : { err: error }) }, 'event stream');
    if (state === 'live') this.#loop.ring();
    if (state === 'unauthenticated') this.#options.onRefused(stream);
  }
}

/** Resolves when `work` does, at the end of the time, or when somebody hurries. */
async function within(limitMs: number, work: Promise<unknown>, hurry?: AbortSignal): Promise<void> {
  if (hurry?.aborted) return;
  const limit = deferred<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  const onHurry = () => limit.resolve();
  hurry?.addEventListener('abort', onHurry, { once: true });
  await Promise.race([work, limit.promise]);
  clearTimeout(timer);
  hurry?.removeEventListener('abort', onHurry);
}
