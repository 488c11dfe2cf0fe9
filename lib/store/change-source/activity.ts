import type { SourceEvent } from '../../domain/event/event-source';
import type { EventType } from '../../domain/event/schema';
import type { RawChange } from './raw-change';
import { hexOf, isoOf, numberOf, present, textOf } from './values';

/** What agents do: tool calls, sessions, reports. Their events are steps, told by the status that was written. */

type Step = Pick<SourceEvent, 'type' | 'projectId' | 'assignedTo'> & { data: Record<string, unknown> };

const TOOL_EVENTS = new Map<unknown, EventType>([
  ['started', 'tool:start'],
  ['done', 'tool:done'],
  ['error', 'tool:error'],
]);
const SESSION_EVENTS = new Map<unknown, EventType>([
  ['open', 'session:open'],
  ['closed', 'session:close'],
  ['expired', 'session:expired'],
]);

/** An update counts when it wrote a status: later updates of a finished call say nothing new. */
const statusOf = ({ operationType, fullDocument, setStatus }: RawChange): unknown =>
  operationType === 'update' ? setStatus : fullDocument?.['status'];

const step = (type: EventType, data: Record<string, unknown>): Step => ({
  type,
  projectId: null,
  assignedTo: null,
  data,
});

export function toolCallStep(change: RawChange, id: string, at: string): Step | null {
  const doc = change.fullDocument ?? {};
  const type = TOOL_EVENTS.get(statusOf(change));
  if (type === undefined || (change.operationType === 'update' && type === 'tool:start')) return null;
  const timestamp = type === 'tool:start' ? isoOf(doc['startedAt']) : isoOf(doc['endedAt']);
  return step(type, {
    tool: textOf(doc['tool']),
    callId: id,
    sessionId: hexOf(doc['sessionId']),
    ...present({ dispatchId: hexOf(doc['dispatchId']) }),
    timestamp: timestamp ?? at,
    ...(type === 'tool:start' ? {} : present({ durationMs: numberOf(doc['durationMs']) })),
    ...(type === 'tool:error' ? present({ error: textOf(doc['error']) }) : {}),
  });
}

export function sessionStep(change: RawChange, id: string, at: string): Step | null {
  const doc = change.fullDocument ?? {};
  const type = SESSION_EVENTS.get(statusOf(change));
  if (type === undefined || (change.operationType === 'update' && type === 'session:open')) return null;
  const timestamp = type === 'session:open' ? isoOf(doc['openedAt']) : isoOf(doc['endedAt']);
  return step(type, { sessionId: id, timestamp: timestamp ?? at, ...present({ idleMs: numberOf(doc['idleMs']) }) });
}

export function reportStep(change: RawChange): Step | null {
  if (change.operationType !== 'insert') return null;
  const doc = change.fullDocument ?? {};
  const projectId = hexOf(doc['projectId']);
  return {
    ...step('report-created', {
      kind: textOf(doc['kind']),
      ...present({
        taskId: hexOf(doc['taskId']),
        runId: hexOf(doc['runId']),
        dispatchId: hexOf(doc['dispatchId']),
        projectId,
      }),
    }),
    projectId,
  };
}
