import type { SourceEvent } from '../../domain/event/event-source';
import type { EventType } from '../../domain/event/schema';
import { DEFAULT_TENANT } from '../../domain/fields';
import type { RawVerdict } from '../../domain/raw-fields';
import { reportStep, sessionStep, toolCallStep } from './activity';
import { DISPATCH_JUDGE, REPORT_JUDGE, RUN_JUDGE, type RecordJudge } from './judge-records';
import { FINE, type Noun, type RecordView } from './noun';
import { isEventCollection, type EventCollection, type RawChange } from './raw-change';
import { agentType, dispatch, project, run, thread } from './record-nouns';
import { hexOf, isDate, textOf } from './values';
import { message, task } from './work-nouns';

export interface MalformedChange {
  collection: string;
  id: string;
  /** As the document says, or the default; it may name no tenant at all. */
  tenantId: string;
  reason: string;
}

export interface MappedChange {
  event: SourceEvent | null;
  /** The document cannot be worked with; it makes no event. */
  malformed?: MalformedChange;
}

const RECORDS: Partial<Record<EventCollection, Noun>> = {
  messages: message,
  tasks: task,
  threads: thread,
  projects: project,
  'agent-types-config': agentType,
  runs: run,
  dispatches: dispatch,
};
const STEPS: Partial<Record<EventCollection, typeof toolCallStep>> = {
  'tool-calls': toolCallStep,
  sessions: sessionStep,
  reports: reportStep,
};

const NOTHING: MappedChange = { event: null };

/** What a change of the database says to subscribers. Pure: the same change makes the same event in any process. */
export function mapChange(change: RawChange, knownTenant: (tenantId: string) => boolean): MappedChange {
  const coll = change.ns?.coll;
  const key = change.documentKey?._id;
  if (!isEventCollection(coll)) return NOTHING;
  const subject = subjectOf(change);
  if (subject === null) return NOTHING;
  const id = hexOf(key);
  if (id === null || typeof key === 'string')
    return malformed(coll, String(key), subject.doc, '_id: wants an ObjectId');
  const view: RecordView = { id, ...subject };
  const tenantId = view.doc['tenantId'] ?? DEFAULT_TENANT;
  if (typeof tenantId !== 'string')
    return malformed(coll, id, view.doc, `tenantId: got ${typeof tenantId}, wants a tenant`);
  const noun = RECORDS[coll];
  const verdict = judgeRecord(coll, view);
  if (!verdict.ok) return malformed(coll, id, view.doc, verdict.reason);
  if (!knownTenant(tenantId)) return malformed(coll, id, view.doc, `tenantId: no tenant '${tenantId.slice(0, 64)}'`);
  return { event: noun ? recordEvent(noun, change, view, tenantId) : stepEvent(coll, change, id, tenantId) };
}

/** What a change of it is listed for. */
export const judgeRecord = (coll: EventCollection, view: RecordView): RawVerdict =>
  RECORDS[coll]?.judge(view) ?? JUDGES[coll]?.judge(view.doc) ?? FINE;

/** Of nouns whose every update is told by a few of their fields, what else is judged: the others need no look at them. */
const JUDGES: Partial<Record<EventCollection, RecordJudge>> = {
  runs: RUN_JUDGE,
  dispatches: DISPATCH_JUDGE,
  reports: REPORT_JUDGE,
};
const LOOKED_AT_ALWAYS = new Set<EventCollection>(['messages', 'tasks', 'projects', 'agent-types-config']);

/** Whether what is said of this update hangs on the record itself. */
export function needsRecord({ ns, changed, setStatus }: RawChange): boolean {
  const coll = ns?.coll;
  if (!isEventCollection(coll) || LOOKED_AT_ALWAYS.has(coll)) return true;
  if (STEPS[coll] && typeof setStatus === 'string') return true;
  const told = ['deletedAt', ...(RECORDS[coll]?.routing ?? []), ...(JUDGES[coll]?.fields ?? [])];
  return (changed ?? []).some(field => told.includes(field));
}

/** The document to speak of: as it is, or, when it was deleted, as it was. Null: there is nothing to be known of it. */
function subjectOf(change: RawChange): Omit<RecordView, 'id'> | null {
  const { operationType, fullDocument, fullDocumentBeforeChange, types, beforeTypes, changed } = change;
  if (operationType !== 'delete' && fullDocument) return { doc: fullDocument, types: types ?? {} };
  const isDeletion = operationType === 'delete' || (changed ?? []).includes('deletedAt');
  if (!isDeletion || !fullDocumentBeforeChange) return null;
  return { doc: fullDocumentBeforeChange, types: beforeTypes ?? {} };
}

function recordEvent(noun: Noun, change: RawChange, view: RecordView, tenantId: string): SourceEvent | null {
  const verb = verbOf(noun, change, view);
  if (verb === null) return null;
  const data = { id: view.id, tenantId, at: atOf(change), ...noun.data(view) } as SourceEvent['data'];
  return {
    type: `${noun.name}-${verb}` as EventType,
    tenantId,
    projectId: (data['projectId'] as string | null | undefined) ?? null,
    assignedTo: (data[noun.addressee ?? 'assignedTo'] as string | null | undefined) ?? null,
    data,
    ...(mayWait(noun, change) ? { coalesceKey: view.id } : {}),
  };
}

function stepEvent(coll: EventCollection, change: RawChange, id: string, tenantId: string): SourceEvent | null {
  const at = atOf(change);
  const step = STEPS[coll]?.(change, id, at) ?? null;
  return step && { ...step, tenantId, data: { id, tenantId, at, ...step.data } };
}

function verbOf(noun: Noun, change: RawChange, view: RecordView): 'created' | 'updated' | 'deleted' | null {
  const isDeleted = isDate(view.doc['deletedAt']);
  switch (change.operationType) {
    case 'insert':
      return isDeleted ? null : 'created';
    case 'replace':
      return isDeleted ? 'deleted' : 'updated';
    case 'delete':
      // The API wrote `deletedAt` first, and that was the event.
      return isDeleted ? null : 'deleted';
    default:
      break;
  }
  const changed = change.changed ?? [];
  if (changed.includes('deletedAt')) return isDeleted || !change.fullDocument ? 'deleted' : 'updated';
  if (isDeleted) return null;
  return isShown(noun, change, changed, view) ? 'updated' : null;
}

function isShown(noun: Noun, change: RawChange, changed: string[], view: RecordView): boolean {
  if (changed.includes('adoptedAt')) return adoptionShows(noun, change, view);
  // A driver mended or edited what nobody took up yet: whoever waits for work should look again.
  if (noun.isRaw?.(view)) return changed.length > 0;
  return changed.some(field => noun.routing.includes(field));
}

/**
 * Filling in defaults says nothing new, unless the state that came of it is not the one that was shown, or a reply that
 * names nobody got an addressee.
 */
function adoptionShows(noun: Noun, change: RawChange, view: RecordView): boolean {
  if (!noun.isRaw) return saysOther(noun, change, view);
  if (change.changed?.includes('assignedTo') && textOf(view.doc['assignedTo']) !== null) return true;
  if (typeof change.setStatus !== 'string') return false;
  const doc = { ...view.doc, status: null, rankAt: null };
  return noun.data({ ...view, doc })['status'] !== change.setStatus;
}

/** Of a type that was taken up: without a tenant nobody found it, and an edit of its driver got a revision. */
function saysOther(noun: Noun, { changed, fullDocumentBeforeChange }: RawChange, view: RecordView): boolean {
  if (!fullDocumentBeforeChange || changed?.includes('tenantId')) return true;
  const before = noun.data({ ...view, doc: fullDocumentBeforeChange });
  return Object.entries(noun.data(view)).some(([field, value]) => before[field] !== value);
}

const mayWait = (noun: Noun, { operationType, changed }: RawChange): boolean =>
  operationType === 'update' &&
  noun.coalesced !== undefined &&
  (changed ?? []).every(field => noun.coalesced?.includes(field) || !noun.routing.includes(field));

const atOf = ({ wallTime }: RawChange): string => (wallTime ?? new Date(0)).toISOString();

function malformed(collection: string, id: string, doc: RecordView['doc'], reason: string): MappedChange {
  const tenantId = doc['tenantId'];
  return {
    event: null,
    malformed: {
      collection,
      id: id.slice(0, 64),
      tenantId: typeof tenantId === 'string' ? tenantId.slice(0, 64) : DEFAULT_TENANT,
      reason,
    },
  };
}
