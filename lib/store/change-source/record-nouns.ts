import { DISPATCH_STATUSES, SOURCE_KINDS } from '../../domain/dispatch/schema';
import { PRIORITIES } from '../../domain/fields';
import { PROJECT_KINDS } from '../../domain/project/schema';
import { judge, wants, wantsMatch, wantsOneOf } from '../../domain/raw-fields';
import { SLUG_PATTERN } from '../../domain/fields';
import { THREAD_STATUSES } from '../../domain/thread/schema';
import { describeRaw } from '../raw-document';
import { DISPATCH_JUDGE, RUN_JUDGE } from './judge-records';
import { FINE, type Noun, type RecordView } from './noun';
import { flagOf, hexOf, numberOf, oneOf, present, textOf } from './values';

/** Records that the plane itself writes; a driver may edit them, so nothing is taken for granted here either. */

export const thread: Noun = {
  name: 'thread',
  routing: ['tenantId', 'status', 'priority', 'assignedTo', 'projectId', 'subject'],
  judge: () => FINE,
  data: ({ doc }) => ({
    status: oneOf(doc['status'], THREAD_STATUSES, 'open'),
    priority: oneOf(doc['priority'], PRIORITIES, 'normal'),
    assignedTo: textOf(doc['assignedTo']),
    projectId: hexOf(doc['projectId']),
  }),
};

const PROJECT_RULES = [
  wants('slug', ['string'], 'a slug', { required: true }),
  wantsMatch('slug', SLUG_PATTERN, 'a slug'),
  wantsOneOf('kind', PROJECT_KINDS),
];

export const project: Noun = {
  name: 'project',
  routing: ['tenantId', 'kind', 'slug', 'parentId', 'name', 'context', 'labels'],
  judge: ({ doc }) => judge(describeRaw(doc, ['slug', 'kind']), PROJECT_RULES),
  data: ({ id, doc }) => ({
    kind: oneOf(doc['kind'], PROJECT_KINDS, 'project'),
    slug: textOf(doc['slug']),
    parentId: hexOf(doc['parentId']),
    projectId: id,
  }),
};

const AGENT_TYPE_RULES = [
  wants('slug', ['string'], 'a slug', { required: true }),
  wantsMatch('slug', SLUG_PATTERN, 'a slug'),
];

export const agentType: Noun = {
  name: 'agent-type',
  // The whole configuration: an edit past the API raises no revision, and must show all the same.
  routing: [
    'tenantId',
    'slug',
    'revision',
    'paused',
    'enabled',
    'concurrency',
    'name',
    'description',
    'model',
    'thinking',
    'tools',
    'systemPrompt',
    'reportsTo',
    'thresholds',
  ],
  // A raised limit makes its work due and changes no record of that work: whoever listens for one type has to hear it.
  addressee: 'slug',
  judge: ({ doc }) => judge(describeRaw(doc, ['slug']), AGENT_TYPE_RULES),
  data: ({ doc }) => ({
    slug: textOf(doc['slug']),
    revision: numberOf(doc['revision']) ?? 1,
    paused: flagOf(doc['paused']) ?? false,
    enabled: flagOf(doc['enabled']) ?? true,
    concurrency: numberOf(doc['concurrency']) ?? 1,
  }),
};

export const run: Noun = {
  name: 'run',
  routing: ['tenantId', 'status', 'projectId', 'threadId', 'plannerType'],
  judge: ({ doc }) => RUN_JUDGE.judge(doc),
  data: ({ doc }) => ({
    status: textOf(doc['status']),
    plannerType: textOf(doc['plannerType']),
    threadId: hexOf(doc['threadId']),
    projectId: hexOf(doc['projectId']),
  }),
};

export const dispatch: Noun = {
  name: 'dispatch',
  routing: [
    'tenantId',
    'status',
    'agentType',
    'epoch',
    'attempt',
    'consumer',
    'source',
    'threadId',
    'projectId',
    'revision',
    'agentId',
    'mode',
    'question',
    'lateOutput',
    'progress',
  ],
  // An answer makes it due again: whoever listens for one type's work has to hear that.
  addressee: 'agentType',
  coalesced: ['progress', 'transcriptUrl', 'enforced'],
  judge: ({ doc }) => DISPATCH_JUDGE.judge(doc),
  data: view => ({ ...dispatchFields(view), ...present({ progress: progressOf(view.doc['progress']) }) }),
};

function dispatchFields({ doc }: RecordView): Record<string, unknown> {
  const status = oneOf(doc['status'], DISPATCH_STATUSES, 'running');
  return {
    status,
    agentType: textOf(doc['agentType']),
    epoch: numberOf(doc['epoch']),
    attempt: numberOf(doc['attempt']),
    consumer: textOf(doc['consumer']),
    source: sourceOf(doc['source']),
    threadId: hexOf(doc['threadId']),
    projectId: hexOf(doc['projectId']),
    revision: numberOf(doc['revision']),
    agentId: textOf(doc['agentId']),
    mode: oneOf(doc['mode'], ['start', 'resume'], 'start'),
    resumable: status === 'waiting' && hexOf(doc['question']?.answerId) !== null,
  };
}

function sourceOf(value: unknown): Record<string, unknown> {
  const { kind, id } = (value ?? {}) as Record<string, unknown>;
  return { kind: oneOf(kind, SOURCE_KINDS, 'message'), id: hexOf(id) };
}

function progressOf(value: unknown): Record<string, unknown> | null {
  const { percent, state } = (value ?? {}) as Record<string, unknown>;
  const progress = present({ percent: numberOf(percent), state: textOf(state) });
  return Object.keys(progress).length === 0 ? null : progress;
}
