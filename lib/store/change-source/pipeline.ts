import { createHash } from 'node:crypto';
import type { ChangeStreamOptions, Document } from 'mongodb';
import { IDENTITY_ID, META_COLLECTION } from '../stream-identity';
import { DELETES_SHOWN, NOUN_OF } from './raw-change';

/** Followed on the same stream, so that a tenant is known before the first event in it. */
export const TENANTS_COLLECTION = 'tenants';

/** Carried as they are. Everything else of a document stays on the server, so no event comes near 16 MB. */
const CARRIED = [
  'tenantId',
  'threadId',
  'seq',
  'priority',
  'kind',
  'status',
  'assignedTo',
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
  'lastActiveAt',
  'idleMs',
  'createdBy',
  'createdAt',
  'deletedAt',
  'adoptedAt',
  'expectsReply',
  'databaseId',
  'streamEpoch',
] as const;
/** Of these the parts that route. */
const CARRIED_PARTS: Record<string, readonly string[]> = {
  from: ['kind', 'id', 'dispatchId'],
  source: ['kind', 'id'],
  progress: ['percent', 'state'],
  question: ['answerId'],
};
/** Judged by their type alone; `dependsOn` also by whether it is empty. */
const TYPED = [
  'body',
  'subject',
  'options',
  'onBehalfOf',
  'title',
  'input',
  'dependsOn',
  'deliverables',
  'from',
  'rankAt',
];

function carried(document: string): Document {
  const fields: Document = Object.fromEntries(CARRIED.map(field => [field, `$${document}.${field}`]));
  for (const [field, parts] of Object.entries(CARRIED_PARTS)) {
    fields[field] = Object.fromEntries(parts.map(part => [part, `$${document}.${field}.${part}`]));
  }
  return fields;
}

const typesOf = (document: string): Document => ({
  ...Object.fromEntries(TYPED.map(field => [field, { $type: `$${document}.${field}` }])),
  // Spelt so that an absent list and an empty one are the same.
  dependencies: { $cond: [{ $in: [{ $ifNull: [`$${document}.dependsOn`, []] }, [[]]] }, 'none', 'some'] },
});

/** Top-level names; `$objectToArray` and `$map` of nothing are null, so this holds for every kind of change. */
const CHANGED: Document = {
  $setUnion: [
    {
      $map: {
        input: { $ifNull: [{ $objectToArray: '$updateDescription.updatedFields' }, []] },
        in: { $arrayElemAt: [{ $split: ['$$this.k', '.'] }, 0] },
      },
    },
    {
      $map: {
        input: { $ifNull: ['$updateDescription.removedFields', []] },
        in: { $arrayElemAt: [{ $split: ['$$this', '.'] }, 0] },
      },
    },
  ],
};

export const PIPELINE: Document[] = [
  {
    $match: {
      $or: [
        { operationType: { $in: ['insert', 'update', 'replace'] }, 'ns.coll': { $in: Object.keys(NOUN_OF) } },
        { operationType: 'delete', 'ns.coll': { $in: DELETES_SHOWN } },
        { operationType: { $in: ['insert', 'update', 'replace'] }, 'ns.coll': TENANTS_COLLECTION },
        {
          operationType: { $in: ['insert', 'update', 'replace', 'delete', 'drop', 'rename'] },
          'ns.coll': META_COLLECTION,
        },
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
      coll: '$ns.coll',
      key: '$documentKey._id',
      doc: carried('fullDocument'),
      docType: { $type: '$fullDocument' },
      before: carried('fullDocumentBeforeChange'),
      beforeType: { $type: '$fullDocumentBeforeChange' },
      types: typesOf('fullDocument'),
      beforeTypes: typesOf('fullDocumentBeforeChange'),
      changed: CHANGED,
      setStatus: '$updateDescription.updatedFields.status',
    },
  },
];

/**
 * How long the server holds an answer when there is nothing to say. It adds no latency, for an event wakes it; it
 * bounds how long a stop waits, since a cursor in the middle of an answer is left behind when its client closes.
 */
export const AWAIT_MS = 500;
export const LEAVES_SOON_AWAIT_MS = 50;

/** `whenAvailable`: a pre-image that expired is no reason to end a stream. */
export const STREAM_OPTIONS = {
  fullDocument: 'updateLookup',
  fullDocumentBeforeChange: 'whenAvailable',
  showExpandedEvents: false,
} as const satisfies ChangeStreamOptions;

/** A server may fail to find a token in a stream that selects differently, and says so only sometimes. */
export const PIPELINE_VERSION = createHash('sha256')
  .update(JSON.stringify([PIPELINE, STREAM_OPTIONS, IDENTITY_ID]))
  .digest('hex')
  .slice(0, 8);
