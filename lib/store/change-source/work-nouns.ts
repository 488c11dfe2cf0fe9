import { HUMAN, PRIORITIES } from '../../domain/fields';
import { judgeRawMessage, MESSAGE_RAW_FIELDS } from '../../domain/message/judge-raw';
import { isAtRest, MESSAGE_KINDS, MESSAGE_STATUSES } from '../../domain/message/schema';
import { RAW_INSERT, SENDER_KINDS } from '../../domain/message/sender';
import { redactSecrets } from '../../domain/redact';
import type { RawFields } from '../../domain/raw-fields';
import { judgeRawTask, TASK_RAW_FIELDS } from '../../domain/task/judge-raw';
import { isTaskOver, TASK_KINDS, TASK_STATUSES } from '../../domain/task/schema';
import { describeRaw } from '../raw-document';
import type { Noun, RecordView } from './noun';
import { hexOf, isDate, numberOf, oneOf, present, textOf } from './values';

/** Messages and tasks: any driver may insert them, and what it left out shows as the default it will get. */

const describe = ({ doc, types }: RecordView, fields: readonly string[]): RawFields => {
  const described = describeRaw(doc, fields);
  Object.assign(described.types, types);
  return described;
};

/** `rankAt` is what the plane writes when it takes a work item up. */
const isRaw = ({ doc }: RecordView): boolean => !isDate(doc['rankAt']);

export const message: Noun = {
  name: 'message',
  routing: [
    'tenantId',
    'threadId',
    'priority',
    'kind',
    'status',
    'assignedTo',
    'from',
    'inReplyTo',
    'hops',
    'projectId',
  ],
  isRaw,
  judge: view => judgeRawMessage(describe(view, MESSAGE_RAW_FIELDS)),
  data: view => {
    const { id, doc } = view;
    const assignedTo = textOf(doc['assignedTo']);
    return {
      threadId: hexOf(doc['threadId']) ?? id,
      seq: numberOf(doc['seq']),
      priority: oneOf(doc['priority'], PRIORITIES, 'normal'),
      kind: oneOf(doc['kind'], MESSAGE_KINDS, 'message'),
      status: messageStatus(view, assignedTo),
      assignedTo,
      from: senderOf(doc['from']),
      inReplyTo: hexOf(doc['inReplyTo']),
      hops: numberOf(doc['hops']) ?? 0,
      projectId: hexOf(doc['projectId']),
    };
  },
};

/** Of what nobody took up, a driver's word counts only where it says that there is nothing to do. */
function messageStatus(view: RecordView, assignedTo: string | null): string {
  const fallback = assignedTo === null || assignedTo === HUMAN ? 'none' : 'queued';
  const given = view.doc['status'];
  if (isRaw(view)) return isAtRest(given) ? given : fallback;
  return oneOf(given, MESSAGE_STATUSES, fallback);
}

function senderOf(value: unknown): Record<string, unknown> {
  const { kind, id, dispatchId } = (value ?? {}) as Record<string, unknown>;
  return {
    kind: oneOf(kind, SENDER_KINDS, 'user'),
    id: redactSecrets(textOf(id) ?? RAW_INSERT),
    ...present({ dispatchId: hexOf(dispatchId) }),
  };
}

export const task: Noun = {
  name: 'task',
  routing: ['tenantId', 'assignedTo', 'priority', 'status', 'kind', 'threadId', 'runId', 'projectId', 'title'],
  isRaw,
  judge: view => judgeRawTask(describe(view, TASK_RAW_FIELDS)),
  data: view => {
    const { doc } = view;
    const needs: unknown = doc['dependsOn'];
    const fallback = Array.isArray(needs) && needs.length > 0 ? 'pending' : 'ready';
    return {
      assignedTo: textOf(doc['assignedTo']),
      priority: oneOf(doc['priority'], PRIORITIES, 'normal'),
      status: isRaw(view) && !isTaskOver(doc['status']) ? fallback : oneOf(doc['status'], TASK_STATUSES, fallback),
      kind: oneOf(doc['kind'], TASK_KINDS, 'work'),
      threadId: hexOf(doc['threadId']),
      runId: hexOf(doc['runId']),
      projectId: hexOf(doc['projectId']),
    };
  },
};
