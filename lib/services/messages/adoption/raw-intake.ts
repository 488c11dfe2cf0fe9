import type { ObjectId } from '../../../store/documents';
import { bodyId } from '../../../store/ids';
import type { RawMessage } from '../../../store/raw-document';

/** Waiting to be read, or read and not yet taken up; past this many a claim and the adoption read for themselves. */
const MOST = 1_000;
/** A longer body is not kept in memory. */
const LONGEST_BODY = 64 * 1_024;
/** Reads at once: what comes meanwhile goes together in the next. */
const ABREAST = 4;

/** `document`: as it was inserted a moment ago, where its event brought it. */
export interface RawInsert {
  id: ObjectId;
  document: RawMessage | null;
}

/** Reads what has no document yet, and sees to the threads of those that open their own; the rest is left out. */
export type ReadRaw = (inserts: RawInsert[]) => Promise<RawMessage[]>;

/**
 * What a claim of a raw insert needs first, done while its event is still under way to whoever will claim it: the
 * document is read and its thread on its way, those of one turn in one round trip. Only a head start: a write that rests
 * on what is kept here names the fields it was read with, and changes nothing when a driver changed them meanwhile.
 */
export class RawIntake {
  readonly #reads = new Map<string, Promise<RawMessage | null>>();
  #next: (RawInsert & { resolve: (raw: RawMessage | null) => void })[] = [];
  #reading = 0;
  #isScheduled = false;

  constructor(private readonly read: ReadRaw) {}

  /** The stream showed it; it is raw, as far as the event tells. */
  note(id: string, document: RawMessage | null = null): void {
    if (this.#reads.size >= MOST || this.#reads.has(id)) return;
    const insert = { id: bodyId('id', id), document };
    this.#reads.set(id, new Promise(resolve => this.#next.push({ ...insert, resolve })));
    this.#schedule();
  }

  /** The document, its own thread opened or about to be. Null: not known here, or it was not raw any more. */
  async get(id: string): Promise<RawMessage | null> {
    return (await this.#reads.get(id)) ?? null;
  }

  /** Taken up, or changed by a driver. */
  forget(id: string): void {
    this.#reads.delete(id);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#reading >= ABREAST || this.#next.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#readNext();
    });
  }

  async #readNext(): Promise<void> {
    const batch = this.#next;
    this.#next = [];
    this.#reading += 1;
    const rows = await this.read(batch).catch(() => []);
    this.#reading -= 1;
    const known = new Map(rows.map(row => [row._id.toHexString(), row]));
    for (const { id, resolve } of batch) {
      const raw = known.get(id.toHexString());
      const keeps = raw !== undefined && typeof raw.body === 'string' && raw.body.length <= LONGEST_BODY;
      if (!keeps) this.forget(id.toHexString());
      resolve(keeps ? raw : null);
    }
    this.#schedule();
  }
}
