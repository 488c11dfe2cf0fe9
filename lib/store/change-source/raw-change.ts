import type { Document } from 'mongodb';
import type { RawMessage } from '../raw-document';

/** A change as the pipeline lets it through: routing fields and names; a body only of a raw message. */
export interface RawChange {
  _id: { _data: string; _typeBits?: unknown };
  operationType: string;
  wallTime?: Date;
  ns?: { coll?: string };
  documentKey?: { _id?: unknown };
  /** As an insert or a replacement left it; of an update, what `RecordImages` made of it. Null or absent: not known. */
  fullDocument?: Document | null;
  /** As it was before, where the collection keeps that. */
  fullDocumentBeforeChange?: Document | null;
  /** BSON types of fields that are judged but not carried. */
  types?: Record<string, string>;
  beforeTypes?: Record<string, string>;
  /** Top-level names that an update set or removed. */
  changed?: string[] | null;
  /** Of an update, the values it gave to what is carried; a path inside a field is not among them. */
  updateDescription?: {
    updatedFields?: Document;
    removedFields?: string[];
    truncatedArrays?: { field: string }[];
  };
  /** BSON types that an update gave to fields that are judged but not carried; `missing`: it left the type alone. */
  setTypes?: Record<string, string>;
  /** What the update itself wrote, where the document may be known only as it is by now. */
  setStatus?: unknown;
  /** A message that a driver inserted, whole, unless it is long. */
  raw?: RawMessage;
}

export type EventCollection = keyof typeof NOUN_OF;

/** Collections whose changes make events, and the noun each speaks of. */
export const NOUN_OF = {
  messages: 'message',
  tasks: 'task',
  threads: 'thread',
  projects: 'project',
  'agent-types-config': 'agent-type',
  runs: 'run',
  dispatches: 'dispatch',
  reports: 'report',
  sessions: 'session',
  'tool-calls': 'tool-call',
} as const;

export const isEventCollection = (name: string | undefined): name is EventCollection =>
  name !== undefined && Object.hasOwn(NOUN_OF, name);

/** Raw deletes of these keep their tenant, by pre-image; deletes of others make no event and are not read. */
export const DELETES_SHOWN: readonly EventCollection[] = ['messages', 'tasks', 'agent-types-config'];
