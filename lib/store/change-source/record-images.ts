import { LruMap } from '../../kernel/lru-map';
import { imageAfter, type RecordImage } from './image-after';
import { needsRecord } from './map-change';
import type { RawChange } from './raw-change';
import { idKeyOf, type ReadRecords } from './read-records';

/**
 * Without a pre-image, and updated after their insert: what they were is remembered. A dispatch is over within minutes
 * or hours; of those that are older than this many others, or than this cursor, an update that shows is read.
 */
const REMEMBERED = new Set<string | undefined>(['dispatches', 'runs', 'sessions', 'tool-calls']);
/** 11 MB of dispatches, when it is full; a cursor that only catches up seldom fills it. */
const MOST_REMEMBERED = 5_000;

/**
 * Gives every update the record as that very update left it: what it was, by its pre-image or because this cursor saw
 * it made, and what the update wrote. Only where neither is to be had is the record read, as it is by then; many of one
 * batch together.
 */
export class RecordImages {
  readonly #remembered = new LruMap<string, RecordImage>(MOST_REMEMBERED);

  constructor(private readonly read: ReadRecords) {}

  /** Of changes in their order, and of all of them: one that is left out would be missing from what is remembered. */
  async complete(changes: RawChange[]): Promise<void> {
    const unknown = changes.filter(change => !this.#follow(change));
    if (unknown.length > 0) await this.#readAll(unknown);
  }

  /** False: the record has to be read. */
  #follow(change: RawChange): boolean {
    const key = REMEMBERED.has(change.ns?.coll) ? `${change.ns!.coll}/${idKeyOf(change.documentKey?._id)}` : null;
    if (change.operationType === 'insert' || change.operationType === 'replace') {
      if (key !== null && change.fullDocument) this.#remembered.set(key, { doc: change.fullDocument, types: {} });
      return true;
    }
    if (change.operationType !== 'update') {
      if (key !== null) this.#remembered.delete(key);
      return true;
    }
    const before = key === null ? preImageOf(change) : (this.#remembered.get(key) ?? null);
    const after = before && imageAfter(before, change);
    if (key !== null && before) {
      if (after) this.#remembered.set(key, after);
      else this.#remembered.delete(key);
    }
    if (!after) return !needsRecord(change);
    show(change, after);
    return true;
  }

  async #readAll(changes: RawChange[]): Promise<void> {
    const byCollection = new Map<string, RawChange[]>();
    for (const change of changes) {
      const coll = change.ns!.coll!;
      byCollection.set(coll, [...(byCollection.get(coll) ?? []), change]);
    }
    const upTo = changes.at(-1)!._id._data;
    await Promise.all(
      [...byCollection].map(async ([coll, rows]) => {
        const found = await this.read(
          coll,
          rows.map(({ documentKey }) => documentKey?._id),
          upTo,
        );
        for (const row of rows) {
          const image = found.get(idKeyOf(row.documentKey?._id));
          if (image) show(row, image);
        }
      }),
    );
  }
}

const preImageOf = ({ fullDocumentBeforeChange: doc, beforeTypes }: RawChange): RecordImage | null =>
  doc ? { doc, types: beforeTypes ?? {} } : null;

function show(change: RawChange, { doc, types }: RecordImage): void {
  change.fullDocument = doc;
  change.types = types;
}
