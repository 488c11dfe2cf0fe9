import type { Document } from 'mongodb';
import type { EventNoun } from '../../domain/event/schema';
import type { RawVerdict } from '../../domain/raw-fields';

/** One record as a change shows it: routing fields, and types of those that are only judged. */
export interface RecordView {
  id: string;
  doc: Document;
  types: Record<string, string>;
}

/** What the stream knows of one noun. */
export interface Noun {
  name: EventNoun;
  /** An update shows when it touched one of these (top-level names): a routing field, a status, what a person edits. */
  routing: readonly string[];
  judge(view: RecordView): RawVerdict;
  /** Routing fields of the event, with the defaults of what a raw insert left out. */
  data(view: RecordView): Record<string, unknown>;
  /** The field that says whom it concerns, for readers who want one addressee's events; mostly `assignedTo`. */
  addressee?: 'agentType' | 'slug';
  /** For nouns that any driver may insert: not taken up yet, so its own claims about its state count for nothing. */
  isRaw?(view: RecordView): boolean;
  /** Touched alone, these make an event that may wait and be merged. */
  coalesced?: readonly string[];
}

export const FINE: RawVerdict = { ok: true };
