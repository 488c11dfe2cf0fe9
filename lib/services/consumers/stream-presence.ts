import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Principal } from '../../domain/identity/schema';
import { SECOND_MS } from '../../kernel/clock';
import type { Collections } from '../../store/collections';
import { writePresence, type PresenceRow } from '../../store/presence';

/** Well inside the time after which a listener counts as gone. */
const REFRESH_MS = 5 * SECOND_MS;

interface Listening {
  row: PresenceRow;
  streams: number;
}

/**
 * Tells every process which orchestrators listen to this one. A row stands for all streams of one orchestrator under one
 * consumer name, and one write for all rows: a write a stream and five seconds took the database a thousand a second
 * with five thousand readers. Who else listens is asked by nobody, and not written.
 */
export class StreamPresence {
  /** Rows of two processes with one name must not end each other. */
  readonly #run = randomUUID();
  readonly #listening = new Map<string, Listening>();
  /** Rows that came or went and are not written yet, and their tenants: one an orchestrator, however often it comes and goes. */
  #changed = new Map<string, string>();
  #isWriting = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly collections: Collections,
    private readonly log: Logger,
    private readonly processName: string,
  ) {}

  /** A stream began; the answer says that it is over, and may be called once. */
  enter(principal: Principal, consumer: string | null): () => void {
    if (principal.role !== 'orchestrator') return () => undefined;
    const id = `stream:${this.#run}:${principal.tenantId}:${principal.id}:${consumer ?? ''}`;
    const there = this.#listening.get(id) ?? { row: this.#rowOf(id, principal, consumer), streams: 0 };
    this.#listening.set(id, there);
    there.streams += 1;
    if (there.streams === 1) this.#note(there.row);
    this.#timer ??= setInterval(() => this.#refresh(), REFRESH_MS);
    return () => {
      there.streams -= 1;
      if (there.streams > 0) return;
      this.#listening.delete(id);
      this.#note(there.row);
      if (this.#listening.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #rowOf(id: string, { tenantId, role, id: principalId }: Principal, consumer: string | null): PresenceRow {
    return { _id: id, tenantId, role, principalId, consumer, kind: 'stream', process: this.processName };
  }

  #refresh(): void {
    for (const [id, { row }] of this.#listening) this.#changed.set(id, row.tenantId);
    void this.#write();
  }

  #note({ _id, tenantId }: PresenceRow): void {
    this.#changed.set(_id, tenantId);
    void this.#write();
  }

  /**
   * One write at a time, of how things stand when it begins: a row written late would bring back one that is gone. What
   * fails is not tried again at once: the next refresh writes those who listen, and the others' rows grow old.
   */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#changed.size > 0) {
      const changed = [...this.#changed];
      this.#changed = new Map();
      const present = changed.flatMap(([id]) => this.#listening.get(id)?.row ?? []);
      const gone = changed.flatMap(([_id, tenantId]) => (this.#listening.has(_id) ? [] : { _id, tenantId }));
      await writePresence(this.collections, { present, gone }).catch((error: unknown) =>
        this.log.debug({ err: error }, 'presence not written'),
      );
    }
    this.#isWriting = false;
  }
}
