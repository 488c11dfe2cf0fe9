import type { EventSource, SourceStep } from '../domain/event/event-source';
import type { EventFilter, PlaneEvent, RecentEvent, ResetReason } from '../domain/event/schema';
import type { Principal, Role } from '../domain/identity/schema';
import { deferred } from '../kernel/deferred';
import { encodePosition, type PositionVerdict } from '../wire/position';
import { EventLog, type OpenedCursor } from './event-log';
import { createMatcher, type Authorize, type EventMatcher } from './filter';
import type { HubMetrics } from './hub-metrics';
import { LIMITS, type StreamLimits } from './limits';
import { HistoryGate } from './history-gate';
import { Listeners } from './listeners';
import { ProjectIndex, type ProjectTree } from './project-index';
import { Rate } from './rate';
import { Readers } from './readers';
import { recentEvents, type RecentOptions } from './recent';
import { readSource } from './source-reader';
import type { Subscriber } from './subscriber';
import { pause, systemTimers, type Timers } from './timers';
import { warmUp } from './warm-up';

export type HubState = 'live' | 'reconnecting';

export interface HubLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface HubOptions {
  source: EventSource;
  log: HubLog;
  authorize?: Authorize;
  projects?: ProjectTree;
  limits?: Partial<StreamLimits>;
  timers?: Timers;
  random?: () => number;
}

export interface StreamConnection {
  id: string;
  tenantId: string;
  role: Role;
  principalId: string;
  consumer: string | null;
}

/**
 * One change stream for the whole process, and everybody who listens to it. Events enter once, in order; each reader
 * is a place in that order. What a reader is sent is every later event that it may see, or one `reset` that says it
 * is not: there is no third way out of a failure.
 */
export class Hub {
  readonly limits: StreamLimits;
  readonly timers: Timers;
  readonly readers: Readers;
  readonly #options: HubOptions;
  readonly #random: () => number;
  readonly #stopping = new AbortController();
  readonly #log: EventLog;
  readonly #projects: ProjectIndex;
  readonly #rate = new Rate();
  readonly #events: Listeners<PlaneEvent>;
  readonly #resets: Listeners<ResetReason>;
  readonly #states: Listeners<HubState>;
  readonly #ready = deferred<void>();
  readonly #history: HistoryGate;
  readonly #warmedUp = deferred<void>();
  readonly #counts = { steps: 0, events: 0, reopens: 0, lost: 0 };
  #state: HubState = 'reconnecting';
  #isWarm = false;
  #lagMs: number | null = null;
  #lastStepAtMs: number | null = null;
  #reading: Promise<void> | null = null;
  #stopTicking: () => void = () => undefined;
  #cancelDue: (() => void) | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
    this.limits = { ...LIMITS, ...options.limits };
    this.timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    this.#log = new EventLog(this.limits);
    this.#history = new HistoryGate(this.#log.ring);
    this.#projects = new ProjectIndex(options.projects ?? { resolve: () => ({}) });
    const onError = (error: unknown) => options.log.warn({ err: error }, 'a listener of the event stream failed');
    this.#events = new Listeners(onError);
    this.#resets = new Listeners(onError);
    this.#states = new Listeners(onError);
    this.readers = new Readers({
      ...this.#shared(),
      log: this.#log,
      isLive: () => this.#state === 'live',
      stepsTaken: () => this.#counts.steps,
      historyRead: point => this.#history.passes(point),
    });
  }

  get state(): HubState {
    return this.#state;
  }

  start(): void {
    if (this.#reading !== null || this.#stopping.signal.aborted) return;
    const { tickMs, tickParts } = this.limits;
    this.#stopTicking = this.timers.every(tickMs / tickParts, () => this.readers.tick(this.timers.now()));
    this.#reading = readSource({
      ...this.#shared(),
      resumeToken: () => this.#log.resumeToken,
      opened: opened => this.#opened(opened),
      step: step => this.#step(step),
      failed: (error, retryInMs) => this.#failed(error, retryInMs),
      lost: error => this.#lost(error),
    });
  }

  /** Resolves when the stream stands for the first time. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Ends every reader in good order, then the cursor. May be called again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#announce(this.#log.flush(), this.timers.now());
    this.readers.broadcast.flush();
    this.readers.drain();
    this.#stopTicking();
    this.#cancelDue?.();
    this.#ready.resolve();
    this.#history.open();
    this.#warmedUp.resolve();
    await this.#reading;
  }

  /** A position safe for a read that begins now: events after it miss nothing. Null before the first open. */
  position(): string | null {
    const { identity, point } = this.#log;
    return identity && encodePosition(identity, point);
  }

  judge(text: string): PositionVerdict | null {
    return this.readers.judge(text);
  }

  onEvent(listener: (event: PlaneEvent) => void): () => void {
    return this.#events.add(listener);
  }
  /** What was kept in step with the stream must be read anew. */
  onReset(listener: (reason: ResetReason) => void): () => void {
    return this.#resets.add(listener);
  }
  onState(listener: (state: HubState) => void): () => void {
    return this.#states.add(listener);
  }

  createMatcher(principal: Principal, filter: EventFilter): EventMatcher {
    return createMatcher(principal, filter, this.#options.authorize ?? (() => true), this.#projects);
  }

  /** Newest first, from memory: what came since the start, and the history that was read then. */
  async recent(options: RecentOptions): Promise<RecentEvent[]> {
    if (!this.#isWarm) {
      await Promise.race([this.#warmedUp.promise, pause(this.timers, this.limits.recentWaitMs, this.#stopping.signal)]);
    }
    return recentEvents(this.#log.ring, this.createMatcher(options.principal, options.filter), options);
  }

  connections(): StreamConnection[] {
    return [...this.readers.admission.all()].map(connectionOf);
  }

  endConsumer(tenantId: string, name: string): void {
    this.readers.endConsumer(tenantId, name);
  }

  metrics(): HubMetrics {
    const { admission, broadcast, catchUp, counts } = this.readers;
    const nowMs = this.timers.now();
    return {
      state: this.#state,
      subscribers: admission.size,
      eventsPerSecond: this.#rate.perSecond(nowMs),
      eventsTotal: this.#counts.events,
      deliveriesTotal: broadcast.deliveries,
      bytesWrittenTotal: broadcast.bytesWritten,
      lagMs: this.#lagMs,
      silentMs: this.#lastStepAtMs === null ? null : nowMs - this.#lastStepAtMs,
      reopensTotal: this.#counts.reopens,
      historyLostTotal: this.#counts.lost,
      resetsTotal: counts.resets,
      slowReadersTotal: counts.slow,
      streamsOpenedTotal: counts.opened,
      streamsRefusedTotal: counts.refused,
      ringEvents: this.#log.ring.size,
      ringBytes: this.#log.ring.bytes,
      catchUpsRunning: catchUp.slots.taken,
      catchUpsWaiting: catchUp.slots.waiting,
      catchUpsTotal: catchUp.total,
    };
  }

  #shared() {
    return {
      source: this.#options.source,
      limits: this.limits,
      timers: this.timers,
      random: this.#random,
      signal: this.#stopping.signal,
    };
  }

  #opened(opened: OpenedCursor): void {
    const isFirst = this.#log.identity === null;
    const reason = this.#log.begin(opened);
    if (reason !== null) {
      this.#options.log.warn({ reason }, 'the event stream begins anew; every reader is told');
      this.#projects.clear();
      this.readers.resetAll(reason);
      this.#resets.emit(reason);
    }
    this.#setState('live');
    if (!isFirst) return;
    // What the first answer brought along belongs to the past: it is taken in before anybody begins at the present.
    this.timers.nextTurn(() => {
      this.#ready.resolve();
      this.readers.startWaiting();
    });
    void this.#warmUp();
  }

  /** Readers of the process before wait for the latest history only, and not for long: each can read its own. */
  async #warmUp(): Promise<void> {
    const cancel = this.timers.after(this.limits.recentReadMs, () => this.#history.open());
    this.#stopping.signal.addEventListener('abort', cancel, { once: true });
    const { ring } = this.#log;
    const latestRead = () => {
      cancel();
      this.#history.open();
    };
    const reached = () => this.#history.reached();
    await warmUp({ ...this.#shared(), ring, identity: () => this.#log.identity!, reached, latestRead });
    this.#isWarm = true;
    this.#warmedUp.resolve();
  }

  #step(step: SourceStep): void {
    const nowMs = this.timers.now();
    this.#lastStepAtMs = nowMs;
    this.#counts.steps += 1;
    if (step.event !== null) this.#lagMs = Math.max(0, this.timers.wallNow() - step.atMs);
    this.#announce(this.#log.take(step, nowMs), nowMs);
    if (this.#log.holdsEvents) this.#scheduleDue();
  }

  #announce(events: PlaneEvent[], nowMs: number): void {
    for (const event of events) {
      this.#counts.events += 1;
      this.#rate.add(nowMs);
      this.#projects.note(event);
      this.#events.emit(event);
    }
    if (events.length > 0) this.readers.broadcast.schedule();
  }

  /** Events held back go out when their time is over, also when nothing else happens. */
  #scheduleDue(): void {
    this.#cancelDue ??= this.timers.after(this.limits.coalesceMs, () => {
      this.#cancelDue = null;
      const nowMs = this.timers.now();
      this.#announce(this.#log.due(nowMs), nowMs);
      if (this.#log.holdsEvents) this.#scheduleDue();
    });
  }

  #failed(error: unknown, retryInMs: number): void {
    this.#counts.reopens += 1;
    this.#options.log.warn({ err: error, retryInMs }, 'the event source failed; opening it again');
    this.#setState('reconnecting');
  }

  #lost(error: unknown): void {
    this.#counts.lost += 1;
    this.#options.log.warn({ err: error }, 'history is lost');
    this.#log.lose();
  }

  #setState(state: HubState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#states.emit(state);
  }
}

const connectionOf = ({ id, principal, consumer }: Subscriber): StreamConnection => ({
  id,
  tenantId: principal.tenantId,
  role: principal.role,
  principalId: principal.id,
  consumer,
});
