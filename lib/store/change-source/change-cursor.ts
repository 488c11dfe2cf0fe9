import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeStream } from 'mongodb';
import type { EventCursor, SourceStep, StreamIdentity } from '../../domain/event/event-source';
import type { RawMessage } from '../raw-document';
import { META_COLLECTION } from '../stream-identity';
import { Drops } from './drops';
import { toStreamError, unavailable } from './errors';
import { mapChange, type MappedChange } from './map-change';
import { TENANTS_COLLECTION } from './pipeline';
import type { RawChange } from './raw-change';
import { RecordImages } from './record-images';
import type { ReadRecords } from './read-records';

export type RawStream = ChangeStream<RawChange, RawChange>;

export interface CursorContext {
  /** `reading` settles when no answer is under way on it; it never rejects. Nor does what this returns. */
  close(stream: RawStream, reading: Promise<unknown>): Promise<void>;
  readRecords: ReadRecords;
  knownTenant(tenantId: string): boolean;
  tenantSeen(tenantId: string): void;
  raw(document: RawMessage, atMs: number): void;
  malformed(found: NonNullable<MappedChange['malformed']>, token: string, atMs: number): void;
}

/** Of one answer of the server, worked on together. An answer may hold 16 MB, which need not all be unpacked at once. */
const MOST_TOGETHER = 256;

/**
 * After an answer with so many changes the next one is asked for a moment later. A cursor that waits is woken by each
 * write of a bulk: of a backlog that is drained, one answer fewer in three and 5 to 9 % more a second.
 */
const BUSY_CHANGES = 64;
const BREATH_MS = 8;

/**
 * One change stream, a step at a time. `tryNext` and never `next` raced with a timer: a step that is given up leaves
 * its cursor behind on the server. A plain end and a change of identity are failures like any other.
 */
export class ChangeCursor implements EventCursor {
  #token: string;
  #closing: Promise<void> | null = null;
  #end: Error | null = null;
  #reading: Promise<unknown> = Promise.resolve();
  readonly #images: RecordImages;
  readonly #drops = new Drops();
  /** Read and not handed out yet; from `#at` on. */
  #ready: RawChange[] = [];
  #at = 0;
  #isBusy = false;

  constructor(
    private readonly stream: RawStream,
    readonly identity: StreamIdentity,
    readonly startToken: string,
    private readonly context: CursorContext,
    private first: RawChange | null = null,
  ) {
    this.#token = startToken;
    this.#images = new RecordImages(context.readRecords);
  }

  async next(): Promise<SourceStep> {
    if (this.#end) throw this.#end;
    const change = await this.#read();
    if (this.#drops.holds(change)) return { token: this.#token, event: null, atMs: tokenTimeMs(this.#token) };
    if (change !== null) return this.#step(change);
    if (this.stream.closed) throw unavailable('The change stream came to its end.');
    const token = tokenOf(this.stream.resumeToken);
    if (token !== null && token > this.#token) this.#token = token;
    return { token: this.#token, event: null, atMs: tokenTimeMs(this.#token) };
  }

  /** Once: a second close ends the session under the first one's killCursors, and the server keeps the cursor. */
  close(): Promise<void> {
    this.#closing ??= this.context.close(this.stream, this.#reading);
    return this.#closing;
  }

  async #read(): Promise<RawChange | null> {
    if (this.#at < this.#ready.length) return this.#ready[this.#at++]!;
    const reading = this.#readTogether();
    this.#reading = reading.catch(() => undefined);
    try {
      this.#ready = await reading;
      this.#at = 0;
    } catch (error) {
      throw toStreamError(error);
    }
    return this.#ready[this.#at++] ?? null;
  }

  /** None: there is nothing new. */
  async #readTogether(): Promise<RawChange[]> {
    if (this.#isBusy && this.stream.bufferedCount() === 0) await delay(BREATH_MS);
    const change = this.first ?? (await this.stream.tryNext());
    this.first = null;
    this.#isBusy = this.stream.bufferedCount() >= BUSY_CHANGES;
    if (change === null) return [];
    const changes = [change];
    while (changes.length < MOST_TOGETHER && this.stream.bufferedCount() > 0) {
      const next = await this.stream.tryNext();
      if (next === null) break;
      changes.push(next);
    }
    await this.#images.complete(changes);
    return changes;
  }

  #step(change: RawChange): SourceStep {
    // A key whose type is not in the token itself cannot be resumed from by the token alone.
    if (change._id._typeBits === undefined) this.#token = change._id._data;
    const atMs = change.wallTime?.getTime() ?? tokenTimeMs(change._id._data);
    const quiet: SourceStep = { token: this.#token, event: null, atMs };
    const coll = change.ns?.coll;
    if (coll === META_COLLECTION) {
      if (this.#isAnotherStream(change)) this.#end = unavailable('The identity of this database changed.');
      return quiet;
    }
    if (coll === TENANTS_COLLECTION) {
      const tenantId: unknown = change.fullDocument?.['tenantId'];
      if (typeof tenantId === 'string') this.context.tenantSeen(tenantId);
      return quiet;
    }
    const { event, malformed } = mapChange(change, this.context.knownTenant);
    if (malformed) this.context.malformed(malformed, this.#token, atMs);
    else if (change.raw) this.context.raw(change.raw, atMs);
    return { token: this.#token, event: change._id._typeBits === undefined ? event : null, atMs };
  }

  #isAnotherStream({ operationType, fullDocument }: RawChange): boolean {
    if (!['insert', 'update', 'replace'].includes(operationType)) return true;
    const { databaseId, streamEpoch } = fullDocument ?? {};
    if (databaseId === undefined) return false;
    return databaseId !== this.identity.databaseId || streamEpoch !== this.identity.streamEpoch;
  }
}

export const tokenOf = (resumeToken: unknown): string | null => {
  const data = (resumeToken as { _data?: unknown } | null)?._data;
  return typeof data === 'string' ? data : null;
};

/** The seconds in a token: byte 0x82, then a timestamp. */
const tokenTimeMs = (token: string): number => Number.parseInt(token.slice(2, 10), 16) * 1_000;
