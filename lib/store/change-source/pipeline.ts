import { createHash } from 'node:crypto';
import type { ChangeStreamOptions, Document } from 'mongodb';
import { IDENTITY_ID, META_COLLECTION } from '../stream-identity';
import { DELETES_SHOWN, NOUN_OF } from './raw-change';

/** Followed on the same stream, so that a tenant is known before the first event in it. */
export const TENANTS_COLLECTION = 'tenants';

/**
 * Carried as they are: what routes a record, or is judged by its value. Everything else of a document stays on the
 * server, so no event comes near 16 MB. By inclusion and not as computed fields, which cost the server twice as much
 * as the whole rest of reading a change.
 */
export const CARRIED = [
  '_id',
  'tenantId',
  'threadId',
  'seq',
  'priority',
  'kind',
  'status',
  'assignedTo',
  'from',
  'onBehalfOf',
  'inReplyTo',
  'hops',
  'projectId',
  'runId',
  'taskId',
  'slug',
  'parentId',
  'revision',
  'paused',
  'enabled',
  'concurrency',
  'agentType',
  'epoch',
  'attempt',
  'consumer',
  'agentId',
  'mode',
  'plannerType',
  'type',
  'tool',
  'sessionId',
  'dispatchId',
  'durationMs',
  'error',
  'startedAt',
  'endedAt',
  'openedAt',
  'idleMs',
  'createdBy',
  'createdAt',
  'deletedAt',
  'expectsReply',
  'rankAt',
  'dependsOn',
  'source.kind',
  'source.id',
  'progress.percent',
  'progress.state',
  'question.answerId',
  // The stream's own identity, and tenants: not events, but followed.
  'databaseId',
  'streamEpoch',
] as const;
/** Bodies and lists of text: judged by their type alone. */
export const TYPED = ['body', 'title', 'subject', 'input', 'options', 'deliverables'] as const;

const carried = (document: string): Document => Object.fromEntries(CARRIED.map(field => [`${document}.${field}`, 1]));

/** Collections whose records are judged by the types of their fields. */
export const WORK_COLLECTIONS: readonly string[] = ['messages', 'tasks'];

const when = (condition: Document, value: Document | string): Document => ({ $cond: [condition, value, '$$REMOVE'] });
const isOperation = (operation: string): Document => ({ $eq: ['$operationType', operation] });
const isThere: Document = { $eq: [{ $type: '$fullDocument' }, 'object'] };
const isWork: Document = { $in: ['$ns.coll', WORK_COLLECTIONS] };

const typesOf = (document: string): Document =>
  Object.fromEntries(TYPED.map(field => [field, { $type: `$${document}${field}` }]));

/** The name at the top of a dotted path. */
const topName = (path: string): Document => ({ $arrayElemAt: [{ $split: [path, '.'] }, 0] });
const CHANGED: Document = {
  $setUnion: [
    {
      $map: {
        input: { $ifNull: [{ $objectToArray: '$updateDescription.updatedFields' }, []] },
        in: topName('$$this.k'),
      },
    },
    { $map: { input: { $ifNull: ['$updateDescription.removedFields', []] }, in: topName('$$this') } },
  ],
};

/**
 * What a claim of it reads first comes with its event, which saves it a round trip; a longer one is read when it is
 * wanted. Bounded, for all of an event together may not pass 16 MB.
 */
const RAW_MOST_BYTES = 64 * 1_024;
const isRawMessage: Document = {
  $and: [
    isOperation('insert'),
    { $eq: ['$ns.coll', 'messages'] },
    { $ne: [{ $type: '$fullDocument.rankAt' }, 'date'] },
    { $lte: [{ $bsonSize: '$fullDocument' }, RAW_MOST_BYTES] },
  ],
};

const FOLLOWED = Object.keys(NOUN_OF);

/** Each completion writes it last. Named whole, so that nothing else can hide behind it. */
const SETTLED_MARK: Document = {
  'ns.coll': 'dispatches',
  'updateDescription.updatedFields': { settled: true },
  'updateDescription.removedFields': [],
};

export const PIPELINE: Document[] = [
  {
    $match: {
      $nor: [SETTLED_MARK],
      $or: [
        { operationType: { $in: ['insert', 'update', 'replace'] }, 'ns.coll': { $in: FOLLOWED } },
        { operationType: 'delete', 'ns.coll': { $in: DELETES_SHOWN } },
        { operationType: { $in: ['insert', 'update', 'replace'] }, 'ns.coll': TENANTS_COLLECTION },
        {
          operationType: { $in: ['insert', 'update', 'replace', 'delete', 'drop', 'rename'] },
          'ns.coll': META_COLLECTION,
        },
        // What is in it goes or comes with no change of its own; a driver's `$out` ends in a rename.
        { operationType: { $in: ['drop', 'rename'] }, 'ns.coll': { $in: FOLLOWED } },
        { operationType: 'rename', 'to.coll': { $in: FOLLOWED } },
        // Without the invalidate's own token a new cursor would run into the same drop again, for ever.
        { operationType: { $in: ['dropDatabase', 'invalidate'] } },
      ],
    },
  },
  {
    $project: {
      _id: 1,
      operationType: 1,
      wallTime: 1,
      ns: 1,
      documentKey: 1,
      ...carried('fullDocument'),
      ...carried('fullDocumentBeforeChange'),
      ...carried('updateDescription.updatedFields'),
      'updateDescription.removedFields': 1,
      'updateDescription.truncatedArrays': 1,
      types: when({ $and: [isWork, isThere] }, typesOf('fullDocument.')),
      // Of deletes, and of updates: what the update left is made of both.
      beforeTypes: when({ $and: [isWork, { $not: [isThere] }] }, typesOf('fullDocumentBeforeChange.')),
      setTypes: when({ $and: [isWork, isOperation('update')] }, typesOf('updateDescription.updatedFields.')),
      changed: when(isOperation('update'), CHANGED),
      setStatus: '$updateDescription.updatedFields.status',
      raw: when(isRawMessage, '$fullDocument'),
    },
  },
];

/**
 * How long the server holds an answer when there is nothing to say. It adds no latency, for an event wakes it; it
 * bounds how long a stop waits, since a cursor in the middle of an answer is left behind when its client closes.
 */
export const AWAIT_MS = 500;
export const LEAVES_SOON_AWAIT_MS = 50;

/** The same of a record that is read by itself. */
export const recordProjection = (collection: string): Document => ({
  ...Object.fromEntries(CARRIED.map(field => [field, 1])),
  ...(WORK_COLLECTIONS.includes(collection) ? { types: typesOf('') } : {}),
});

/**
 * No `updateLookup`: reading a document for each update was over half of what the server spent on changes, and gave
 * it as it was by then; `RecordImages` works out what it was. `whenAvailable`: a pre-image that expired is no reason to
 * end a stream.
 */
export const STREAM_OPTIONS = {
  fullDocumentBeforeChange: 'whenAvailable',
  showExpandedEvents: false,
} as const satisfies ChangeStreamOptions;

/** A server may fail to find a token in a stream that selects differently, and says so only sometimes. */
export const PIPELINE_VERSION = createHash('sha256')
  .update(JSON.stringify([PIPELINE, STREAM_OPTIONS, IDENTITY_ID]))
  .digest('hex')
  .slice(0, 8);
