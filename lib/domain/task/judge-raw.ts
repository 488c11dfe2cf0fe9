import { PRIORITIES, SLUG_PATTERN } from '../fields';
import { judge, wants, wantsId, wantsMatch, wantsOneOf, type RawFields, type RawVerdict } from '../raw-fields';
import { TASK_KINDS, TASK_STATUSES } from './schema';

export const TASK_RAW_FIELDS = [
  'tenantId',
  'title',
  'input',
  'assignedTo',
  'priority',
  'kind',
  'status',
  'threadId',
  'runId',
  'projectId',
  'dependsOn',
  'deliverables',
  'createdBy',
  'createdAt',
] as const;

const RULES = [
  wants('title', ['string'], 'a string', { required: true }),
  wants('assignedTo', ['string'], 'the slug of an agent type', { required: true }),
  wantsMatch('assignedTo', SLUG_PATTERN, 'the slug of an agent type'),
  wantsMatch('tenantId', SLUG_PATTERN, 'a tenant'),
  wants('input', ['string'], 'a string'),
  wantsOneOf('priority', PRIORITIES),
  wantsOneOf('kind', TASK_KINDS),
  wantsOneOf('status', TASK_STATUSES),
  wantsId('threadId'),
  wantsId('runId'),
  wantsId('projectId'),
  wants('dependsOn', ['array'], 'a list of task ids'),
  wants('deliverables', ['array'], 'a list of {name, description}'),
  wants('createdBy', ['string'], 'a string'),
  wants('createdAt', ['date'], 'a date'),
];

/** Whether a task that a driver inserted can be worked with. */
export const judgeRawTask = (fields: RawFields): RawVerdict => judge(fields, RULES);
