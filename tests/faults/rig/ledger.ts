import { closeSync, openSync, writeSync } from 'node:fs';

/** What was promised and what was seen, one JSON object a line, in the order in which we heard of it. */
export type Entry =
  /** The database (or the API) said that it keeps this message. `number` counts within its thread, from 1. */
  | { kind: 'acked'; id: string; thread: string; number: number; sentAtMs: number }
  | { kind: 'seen'; reader: string; type: string; id: string; position: string }
  | { kind: 'reset'; reader: string; reason: string; position: string }
  | { kind: 'connected'; reader: string; url: string; after: string | null }
  | { kind: 'claimed'; by: string; work: string; dispatch: string; epoch: number }
  /** `complete` answered 2xx. `sentAtMs`: when the first call for it left. */
  | { kind: 'accepted'; by: string; work: string; dispatch: string; epoch: number; sentAtMs: number }
  /** `complete` was refused for good, with the problem's code. */
  | { kind: 'refused'; by: string; work: string; dispatch: string; epoch: number; code: string }
  | { kind: 'fault'; what: string }
  | { kind: 'note'; what: string };

export type Recorded = Entry & { atMs: number };
export type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }> & { atMs: number };

/**
 * An append-only file outside the database: what the database says of itself after a fault is judged against this.
 * Written at once, without a buffer, so that it says what it knew even when the run is killed.
 */
export class Ledger {
  readonly #file: number;
  readonly #entries: Recorded[] = [];

  constructor(readonly path: string) {
    this.#file = openSync(path, 'a', 0o600);
  }

  /** `atMs`: when it happened, where we only hear of it later. */
  add(entry: Entry, atMs: number = Date.now()): Recorded {
    const recorded = { ...entry, atMs };
    writeSync(this.#file, `${JSON.stringify(recorded)}\n`);
    this.#entries.push(recorded);
    return recorded;
  }

  /** From here on only what follows is judged: what stood before was taken away on purpose. The file keeps it all. */
  cut(what: string): void {
    this.add({ kind: 'note', what: `judged anew: ${what}` });
    this.#entries.length = 0;
  }

  of<Kind extends Entry['kind']>(kind: Kind): Of<Kind>[] {
    return this.#entries.filter((entry): entry is Of<Kind> => entry.kind === kind);
  }

  close(): void {
    closeSync(this.#file);
  }
}
