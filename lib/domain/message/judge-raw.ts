import { PRIORITIES, SLUG_PATTERN } from '../fields';
import {
  judge,
  wants,
  wantsCount,
  wantsId,
  wantsMatch,
  wantsOneOf,
  type RawFields,
  type RawVerdict,
} from '../raw-fields';
import { MESSAGE_KINDS, MESSAGE_STATUSES } from './schema';
import { SENDER_KINDS } from './sender';

/** The values a judge of messages looks at, beside the types of all fields it names. */
export const MESSAGE_RAW_FIELDS = [
  'tenantId',
  'threadId',
  'body',
  'subject',
  'assignedTo',
  'priority',
  'kind',
  'status',
  'from',
  'from.kind',
  'from.id',
  'inReplyTo',
  'expectsReply',
  'hops',
  'projectId',
  'options',
  'onBehalfOf',
  'createdBy',
  'createdAt',
] as const;

const RULES = [
  wants('body', ['string'], 'a string', { required: true }),
  wantsMatch('tenantId', SLUG_PATTERN, 'a tenant'),
  wantsMatch('assignedTo', SLUG_PATTERN, 'a slug, human or null'),
  wantsId('threadId'),
  wantsId('inReplyTo'),
  wantsId('projectId'),
  wants('subject', ['string'], 'a string'),
  wantsOneOf('priority', PRIORITIES),
  wantsOneOf('kind', MESSAGE_KINDS),
  wantsOneOf('status', MESSAGE_STATUSES),
  wants('from', ['object'], 'an object {kind, id}'),
  wantsOneOf('from.kind', SENDER_KINDS),
  wants('from.id', ['string'], 'a string'),
  wants('expectsReply', ['bool'], 'true or false'),
  wantsCount('hops'),
  wants('options', ['array'], 'a list of strings'),
  wants('onBehalfOf', ['string'], 'a string'),
  wants('createdBy', ['string'], 'a string'),
  wants('createdAt', ['date'], 'a date'),
];

/** Whether a message that a driver inserted can be worked with. `body` must be a string; the rest may be absent. */
export const judgeRawMessage = (fields: RawFields): RawVerdict => judge(fields, RULES);
