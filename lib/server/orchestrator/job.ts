import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import { crashPoint } from '@/lib/telemetry/crash-point';
import type { Logger } from '@/lib/telemetry/logger';
import type { Environment } from './child-environment';
import { startChild, type Child } from './child-process';
import { deliver } from './deliver';
import { ErrorLog } from './error-log';
import { LeaseKeeper } from './lease-keeper';
import type { OrphanGuard } from './orphan-guard';
import { outcomeOf, type Outcome, type StopReason } from './outcome';
import type { Program } from './program';
import { ProgressTeller } from './progress-teller';

export interface JobOptions {
  dispatch: Dispatch;
  program: Program;
  env: Environment;
  calls: DispatchCalls;
  guard: OrphanGuard;
  log: Logger;
}

/** A program asked to stop gets this long before it is killed. */
const STOP_GRACE_MS = 5_000;
/** An agent that reported its end (or asked and waits) has this long to end its turn; its slot is needed. */
const OVER_GRACE_MS = 60_000;

/** One dispatch, from its claim to the last word about it: a child, its lease, its outcome. */
export class Job {
  /** The child is gone and the plane heard how it ended. Never rejects. */
  readonly finished: Promise<void>;
  /** Its place is free. */
  readonly childEnded: Promise<void>;
  readonly #options: JobOptions;
  readonly #child: Child;
  readonly #keeper: LeaseKeeper;
  readonly #teller: ProgressTeller;
  readonly #giveUp = new AbortController();
  #stopped: StopReason | null = null;
  #overTimer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(options: JobOptions) {
    this.#options = options;
    const { dispatch, program, env, calls, guard, log } = options;
    const errorLog = new ErrorLog({
      onLine: line => log.info({ dispatch: dispatch.id, stderr: line }, 'child'),
      onLeftOut: leftOut => log.warn({ dispatch: dispatch.id, leftOut }, 'child wrote more to stderr than is logged'),
    });
    const spec = { ...program.start(dispatch), env: { ...env, ...dispatchEnv(dispatch) } };
    this.#child = startChild(spec, guard, line => errorLog.push(line));
    crashPoint('orchestrator:after-start');
    this.#keeper = new LeaseKeeper({
      calls,
      id: dispatch.id,
      epoch: dispatch.epoch,
      leaseMs: dispatch.leaseMs,
      onCancelRequested: () => this.#stop('cancelled', STOP_GRACE_MS),
      onEnd: end => {
        // After a freeze the refusal and the program's own end are heard in one breath: that end comes first.
        if (end.kind === 'stale') setImmediate(() => this.#stop('stale', STOP_GRACE_MS));
        else this.#noteOver(end.status);
      },
      onProblem: problem => log.warn({ dispatch: dispatch.id, err: problem }, 'heartbeat failed'),
    });
    this.#keeper.start();
    this.#teller = new ProgressTeller({
      calls,
      id: dispatch.id,
      epoch: dispatch.epoch,
      written: this.#child.written,
      onProblem: problem => log.debug({ dispatch: dispatch.id, err: problem }, 'progress not told'),
    });
    this.#teller.start();
    this.childEnded = this.#child.ended.then(() => {
      this.#ended = true;
      this.#teller.stop();
      errorLog.end();
    });
    this.finished = this.#run();
  }

  get id(): string {
    return this.#options.dispatch.id;
  }

  get epoch(): number {
    return this.#options.dispatch.epoch;
  }

  /** Whether its child still takes one of our places. */
  get running(): boolean {
    return !this.#ended;
  }

  /** Something about the dispatch changed on the server. */
  look(): void {
    this.#keeper.beatNow();
  }

  /** The same dispatch was claimed again under a later epoch: this one's child must go. */
  supersede(): void {
    this.#stop('stale', STOP_GRACE_MS);
  }

  /** The process has to go: the work goes back, without an attempt spent. */
  release(graceMs: number): void {
    this.#stop('shutdown', graceMs);
  }

  /** Ends the tries to deliver what is still undelivered. */
  abandon(): void {
    this.#giveUp.abort();
  }

  /** A program that came to its end by itself has said what it has to say, and is heard: late, perhaps, yet not lost. */
  #stop(reason: StopReason, graceMs: number): void {
    if (this.#child.hasExited) return;
    this.#stopped ??= reason;
    this.#child.stop(graceMs);
  }

  #noteOver(status: string): void {
    // What its own last word brought about, heard before that was answered.
    if (this.#child.hasExited) return;
    this.#options.log.debug({ dispatch: this.id, status }, 'dispatch is over, child still runs');
    this.#overTimer = setTimeout(() => this.#stop('over', STOP_GRACE_MS), OVER_GRACE_MS);
  }

  async #run(): Promise<void> {
    const { dispatch, program, log } = this.#options;
    program.started?.(dispatch);
    const end = await this.#child.ended;
    crashPoint('orchestrator:after-child');
    clearTimeout(this.#overTimer);
    const outcome = outcomeOf(end, this.#stopped, program);
    await this.#tell(outcome, end.code);
    await this.#keeper.stop();
    await this.#child.gone;
    log.debug({ dispatch: dispatch.id }, 'child and its group are gone');
  }

  async #tell(outcome: Outcome, exitCode: number | null): Promise<void> {
    const { dispatch, calls, log } = this.#options;
    const line = { dispatch: dispatch.id, epoch: dispatch.epoch, agentType: dispatch.agentType.slug, exitCode };
    if (outcome.kind === 'none') {
      log.info({ ...line, why: this.#stopped }, 'dropped');
      return;
    }
    const delivery = await deliver(outcome, {
      calls,
      id: dispatch.id,
      epoch: dispatch.epoch,
      signal: this.#giveUp.signal,
      onProblem: problem => log.warn({ dispatch: dispatch.id, err: problem }, 'not delivered yet'),
    });
    crashPoint('orchestrator:after-answer');
    const { kind, ...said } = delivery;
    if (kind === 'undelivered') log.error({ ...line, outcome: outcome.kind }, 'undelivered');
    else log.info({ ...line, ...said, ...(outcome.kind === 'fail' ? { error: outcome.error } : {}) }, outcome.kind);
  }
}

/** What every child finds in its environment, beside its input. */
const dispatchEnv = (dispatch: Dispatch): Environment => ({
  SWITCHBOARD_DISPATCH: dispatch.key,
  SWITCHBOARD_DISPATCH_ID: dispatch.id,
});
