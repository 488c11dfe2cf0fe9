import { ControlPlaneError } from '@/lib/domain/errors';
import type {
  EventCursor,
  EventSource,
  OpenSource,
  SourceEvent,
  SourceStep,
  StreamIdentity,
} from '@/lib/domain/event/event-source';

export const IDENTITY: StreamIdentity = { databaseId: 'aaaaaaaaaaaaaaaa', streamEpoch: 1, pipelineVersion: 'p1' };

const hex8 = (value: number): string => value.toString(16).padStart(8, '0').toUpperCase();

export type EventFields = Partial<Omit<SourceEvent, 'data'>> & { id?: string; data?: Record<string, unknown> };

/**
 * A database of changes in an array. Cursors read it in order, wait at its end, and break when told to; its beginning
 * can be cut off, as an oplog's is.
 */
export class ScriptedSource implements EventSource {
  identity = IDENTITY;
  isDown = false;
  /** Opens but gives no sign of life, as a frozen server does. */
  isSilent = false;
  /** The change at this index ends every cursor that comes to it. */
  poisonAt: number | null = null;
  /** Never answers an open. */
  isHanging = false;
  /** Nor these. */
  hangsOn: (options: OpenSource) => boolean = () => false;
  /** How a closed cursor is let go; null: at once. */
  closing: (() => Promise<void>) | null = null;
  opens: OpenSource[] = [];
  readonly cursors = new Set<ScriptedCursor>();
  readonly steps: SourceStep[] = [];
  /** Steps before this are gone. */
  cutAt = 0;
  mostCursors = 0;
  #count = 0;

  constructor(private readonly now: () => number) {}

  tokenAt(index: number): string {
    const step = this.steps[index];
    return step ? step.token : this.#floorToken();
  }

  append(fields: EventFields = {}): string {
    const number = (this.#count += 1);
    const atMs = this.now();
    const id = fields.id ?? String(number);
    const tenantId = fields.tenantId ?? 'default';
    const { data, id: _, ...rest } = fields;
    this.#push(atMs, {
      type: 'message-created',
      tenantId,
      projectId: null,
      assignedTo: null,
      ...rest,
      data: { id, tenantId, at: new Date(atMs).toISOString(), ...data },
    });
    return id;
  }

  /** A change that makes no event. */
  appendQuiet(): void {
    this.#count += 1;
    this.#push(this.now(), null);
  }

  /** Every cursor waiting at the end confirms that it has read on. */
  confirm(): void {
    for (const cursor of this.cursors) cursor.confirm();
  }

  /** Ends every cursor with this error. */
  breakCursors(error: Error = new ControlPlaneError('unavailable', 'broken')): void {
    for (const cursor of this.cursors) cursor.fail(error);
  }

  /** Forgets everything so far. */
  cut(): void {
    this.cutAt = this.steps.length;
  }

  async open(options: OpenSource): Promise<EventCursor> {
    this.opens.push(options);
    if (this.isHanging || this.hangsOn(options)) return new Promise(() => undefined);
    if (this.isDown) throw new ControlPlaneError('unavailable', 'down');
    const from = this.#startIndex(options);
    if (from < this.cutAt) throw new ControlPlaneError('history-lost', 'cut off');
    const startToken = options.afterToken ?? (from === 0 ? this.#floorToken() : this.steps[from - 1]!.token);
    const cursor = new ScriptedCursor(this, this.identity, startToken, from);
    this.cursors.add(cursor);
    this.mostCursors = Math.max(this.mostCursors, this.cursors.size);
    return cursor;
  }

  #startIndex({ afterToken, sinceMs }: OpenSource): number {
    if (afterToken !== undefined) return this.#firstIndex(step => step.token > afterToken);
    if (sinceMs !== undefined) return this.#firstIndex(step => step.atMs >= sinceMs);
    return this.steps.length;
  }

  #firstIndex(fits: (step: SourceStep) => boolean): number {
    const index = this.steps.findIndex(fits);
    return index < 0 ? this.steps.length : index;
  }

  #floorToken(): string {
    return `82${hex8(Math.floor(this.now() / 1_000) - 86_400)}${hex8(0)}0004`;
  }

  #push(atMs: number, event: SourceEvent | null): void {
    const token = `82${hex8(Math.floor(atMs / 1_000))}${hex8(this.#count)}2C04`;
    this.steps.push({ token, event, atMs });
    for (const cursor of this.cursors) cursor.wake();
  }
}

class ScriptedCursor implements EventCursor {
  #waiting: { resolve(step: SourceStep): void; reject(error: unknown): void } | null = null;
  #error: Error | null = null;

  constructor(
    private readonly source: ScriptedSource,
    readonly identity: StreamIdentity,
    readonly startToken: string,
    private index: number,
  ) {}

  next(): Promise<SourceStep> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.source.poisonAt === this.index) return Promise.reject(new Error('cannot be read'));
    const step = this.source.isSilent ? undefined : this.source.steps[this.index];
    if (step) {
      this.index += 1;
      return Promise.resolve(step);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): Promise<void> {
    const gone = () => void this.source.cursors.delete(this);
    if (this.source.closing === null) return Promise.resolve(gone());
    return this.source.closing().then(gone);
  }

  wake(): void {
    const step = this.source.steps[this.index];
    if (!this.#waiting || !step || this.source.isSilent) return;
    if (this.source.poisonAt === this.index) return this.fail(new Error('cannot be read'));
    this.index += 1;
    this.#take().resolve(step);
  }

  confirm(): void {
    if (!this.#waiting || this.source.isSilent) return;
    if (this.source.steps[this.index]) return this.wake();
    const token = this.source.steps[this.index - 1]?.token ?? this.startToken;
    this.#take().resolve({ token, event: null, atMs: 0 });
  }

  fail(error: Error): void {
    this.#error = error;
    this.source.cursors.delete(this);
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  #take() {
    const waiting = this.#waiting!;
    this.#waiting = null;
    return waiting;
  }
}
