import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { mapChange, needsRecord } from '@/lib/store/change-source/map-change';
import type { RawChange } from '@/lib/store/change-source/raw-change';

const id = new ObjectId('66aa00000000000000000001');
const other = new ObjectId('66aa00000000000000000002');
const at = new Date('2026-11-21T10:00:00.000Z');
const known = (tenantId: string) => tenantId === 'default' || tenantId === 'acme';

interface Given extends Partial<RawChange> {
  coll?: string;
  key?: unknown;
  doc?: Record<string, unknown> | null;
  before?: Record<string, unknown>;
}

const map = ({ coll = 'messages', key = id, doc = {}, before, ...fields }: Given) =>
  mapChange(
    {
      _id: { _data: '82' },
      operationType: 'insert',
      wallTime: at,
      ns: { coll },
      documentKey: { _id: key },
      fullDocument: doc,
      ...(before === undefined ? {} : { fullDocumentBeforeChange: before }),
      types: TYPES,
      ...fields,
    },
    known,
  );
/** An update of a record that the plane has taken up. */
const update = (coll: string, changed: string[], doc: Record<string, unknown> | null = {}, more: Given = {}) =>
  map({ operationType: 'update', coll, changed, doc: doc && { rankAt: at, ...doc }, ...more }).event;

/** What a raw insert with this status shows. */
const statusOf = (coll: string, status: string) =>
  map({ coll, doc: { assignedTo: 'qa', status } }).event?.data['status'];

const TYPES = { body: 'string', title: 'string' };

describe('a raw message', () => {
  it('tells whom it is from without a key', () => {
    const { event } = map({ doc: { from: { kind: 'agent', id: `dk_${String(id)}_1_${'x'.repeat(32)}` } } });
    expect(event?.data['from']).toEqual({ kind: 'agent', id: `dk_${String(id)}_1_[redacted]` });
  });

  it('shows the defaults of all it left out', () => {
    const { event } = map({ doc: {} });
    expect(event).toEqual({
      type: 'message-created',
      tenantId: 'default',
      projectId: null,
      assignedTo: null,
      data: {
        id: String(id),
        tenantId: 'default',
        at: at.toISOString(),
        threadId: String(id),
        seq: null,
        priority: 'normal',
        kind: 'message',
        status: 'none',
        assignedTo: null,
        from: { kind: 'user', id: 'raw-insert' },
        inReplyTo: null,
        hops: 0,
        projectId: null,
      },
    });
  });

  it.each([
    ['research', 'queued'],
    ['human', 'none'],
    [null, 'none'],
  ])('to %s is %s', (assignedTo, status) => {
    expect(map({ doc: { assignedTo } }).event?.data['status']).toBe(status);
  });

  it('cannot claim to be at work; once taken up, its status counts', () => {
    const doc = { assignedTo: 'qa', status: 'claimed' };
    expect(map({ doc }).event?.data['status']).toBe('queued');
    expect(map({ doc: { ...doc, rankAt: at } }).event?.data['status']).toBe('claimed');
  });

  it('keeps what it did say', () => {
    const doc = {
      tenantId: 'acme',
      threadId: other,
      projectId: String(other),
      hops: 3,
      priority: 'high',
      inReplyTo: other,
    };
    expect(map({ doc }).event).toMatchObject({
      tenantId: 'acme',
      projectId: String(other),
      data: { threadId: String(other), hops: 3, priority: 'high', inReplyTo: String(other) },
    });
  });

  it.each([
    ['no body', {}, { body: 'missing' }, 'body: absent, wants a string'],
    ['a body of another type', {}, { body: 'object' }, 'body: got object, wants a string'],
    ['an operator for an addressee', { assignedTo: { $gt: '' } }, {}, /^assignedTo: /],
    ['an unknown priority', { priority: 'asap' }, {}, /^priority: got 'asap'/],
    ['a tenant nobody knows', { tenantId: 'nobody' }, {}, "tenantId: no tenant 'nobody'"],
    ['a tenant that is a number', { tenantId: 5 }, {}, /^tenantId: /],
    ['a prototype for a tenant', { tenantId: '__proto__' }, {}, /^tenantId: /],
  ])('with %s makes no event, and the reason is told', (_, doc, types, reason) => {
    const { event, malformed } = map({ doc, types: { ...TYPES, ...types } as Record<string, string> });
    expect(event).toBeNull();
    expect(malformed).toMatchObject({ collection: 'messages', id: String(id) });
    expect(malformed!.reason).toMatch(reason);
  });

  it('whose _id is no ObjectId makes no event', () => {
    for (const key of ['text', 7, { a: 1 }, String(id)]) {
      const { event, malformed } = map({ key });
      expect(event).toBeNull();
      expect(malformed?.reason).toMatch(/^_id/);
    }
  });
});

describe('a record that only the plane makes', () => {
  const SPOILT: [coll: string, doc: Record<string, unknown>, reason: RegExp][] = [
    ['runs', { status: 'lost' }, /^status: got 'lost', wants one of planning, /],
    ['runs', { createdAt: 'yesterday' }, /^createdAt: got string, wants a date$/],
    ['dispatches', { source: { kind: 'task', id: 'x' } }, /^source\.id: got 'x', wants an ObjectId$/],
    ['dispatches', { projectId: [] }, /^projectId: got something else, wants an ObjectId$/],
    ['reports', { kind: 'rumour' }, /^kind: got 'rumour'/],
    ['reports', { taskId: 7 }, /^taskId: got 7, wants an ObjectId$/],
    ['dispatches', { source: { kind: 'rumour' } }, /^source\.kind: got 'rumour'/],
  ];
  it.each(SPOILT)('of %s with %o makes no event, and the reason is told', (coll, doc, reason) => {
    expect(map({ coll }).event, 'with nothing said').not.toBeNull();
    const spoiling = { operationType: 'update', changed: Object.keys(doc) };
    for (const { event, malformed } of [map({ coll, doc }), map({ coll, doc, ...spoiling })]) {
      expect(event).toBeNull();
      expect(malformed).toMatchObject({ collection: coll, id: String(id), reason: expect.stringMatching(reason) });
    }
    expect(needsRecord({ _id: { _data: '82' }, ns: { coll }, ...spoiling })).toBe(true);
  });
});

describe('updates', () => {
  it.each([
    ['messages', ['ledger', 'updatedAt', 'seq', 'rankAt', 'availableAt', 'attempts', 'epoch', 'reason']],
    ['dispatches', ['leaseUntil', 'leaseTouchedAt', 'firstHeartbeatAt', 'updatedAt', 'settled', 'usage', 'output']],
    ['threads', ['lastSeq', 'messageCount', 'lastMessageAt', 'updatedAt', 'title']],
    ['sessions', ['lastActiveAt', 'toolCalls']],
    ['tool-calls', ['updatedAt']],
    ['reports', ['status']],
  ])('of %s that only keep house show nothing', (coll, changed) => {
    expect(update(coll, changed, { status: 'open' })).toBeNull();
  });

  it.each([
    ['messages', 'status', 'message-updated'],
    ['messages', 'assignedTo', 'message-updated'],
    ['tasks', 'priority', 'task-updated'],
    ['threads', 'projectId', 'thread-updated'],
    ['runs', 'status', 'run-updated'],
    ['dispatches', 'status', 'dispatch-updated'],
    ['dispatches', 'question', 'dispatch-updated'],
  ])('of %s that touch %s show', (coll, field, type) => {
    expect(update(coll, [field, 'updatedAt'], { assignedTo: 'qa' })?.type).toBe(type);
  });

  it('of a configuration show whatever a person edits', () => {
    const doc = { slug: 'qa', kind: 'client' };
    expect(update('agent-types-config', ['systemPrompt'], doc)?.type).toBe('agent-type-updated');
    expect(update('projects', ['parentId'], doc)?.type).toBe('project-updated');
    expect(update('projects', ['context'], doc)).toMatchObject({ projectId: String(id) });
  });

  it('that only fill in defaults show nothing; a state of their own does', () => {
    const doc = { assignedTo: 'qa', status: 'queued' };
    expect(update('messages', ['adoptedAt', 'status', 'seq'], doc, { setStatus: 'queued' })).toBeNull();
    expect(update('messages', ['adoptedAt', 'seq'], doc)).toBeNull();
    const unroutable = update(
      'messages',
      ['adoptedAt', 'status'],
      { ...doc, status: 'unroutable' },
      { setStatus: 'unroutable' },
    );
    expect(unroutable).toMatchObject({ type: 'message-updated', data: { status: 'unroutable' } });
    const reply = update('messages', ['adoptedAt', 'status', 'assignedTo'], doc, { setStatus: 'queued' });
    expect(reply).toMatchObject({ type: 'message-updated', assignedTo: 'qa', data: { status: 'queued' } });
    const forNobody = { assignedTo: null, status: 'none' };
    expect(update('messages', ['adoptedAt', 'status', 'assignedTo'], forNobody, { setStatus: 'none' })).toBeNull();
  });

  it('that a driver inserts as over are over in their events; what only the plane can say counts for nothing', () => {
    for (const status of ['none', 'done', 'dead', 'cancelled']) expect(statusOf('messages', status)).toBe(status);
    for (const status of ['queued', 'claimed', 'waiting']) expect(statusOf('messages', status)).toBe('queued');
    for (const status of ['done', 'incomplete', 'dead', 'cancelled']) expect(statusOf('tasks', status)).toBe(status);
    for (const status of ['pending', 'running', 'held']) expect(statusOf('tasks', status)).toBe('ready');
    for (const coll of ['messages', 'tasks']) {
      const { event, malformed } = map({ coll, doc: { assignedTo: 'qa', status: 'zzz' } });
      expect([event, malformed?.reason]).toEqual([null, expect.stringContaining("status: got 'zzz', wants one of")]);
    }
  });

  it('of what nobody took up yet show, for it may have been mended', () => {
    expect(update('messages', ['body'], { rankAt: null })?.type).toBe('message-updated');
    expect(update('messages', ['body'], {})).toBeNull();
  });

  it('of progress alone may wait; with a status they may not', () => {
    const doc = { status: 'running', progress: { percent: 40, state: 'x'.repeat(1_000) } };
    const progress = update('dispatches', ['progress', 'leaseUntil', 'transcriptUrl'], doc);
    expect(progress).toMatchObject({ coalesceKey: String(id), data: { progress: { percent: 40 } } });
    expect((progress!.data['progress'] as { state: string }).state).toHaveLength(200);
    expect(update('dispatches', ['progress', 'status'], doc)).not.toHaveProperty('coalesceKey');
  });

  it('whose document is gone by now show nothing but its deletion', () => {
    expect(update('messages', ['status'], null)).toBeNull();
    const before = { before: { tenantId: 'acme' }, beforeTypes: TYPES };
    expect(update('messages', ['deletedAt'], null, before)).toMatchObject({
      type: 'message-deleted',
      tenantId: 'acme',
    });
  });

  it('after a deletion do not bring the record back', () => {
    expect(update('threads', ['status'], { deletedAt: at })).toBeNull();
    expect(update('threads', ['deletedAt'], { deletedAt: at })?.type).toBe('thread-deleted');
    expect(map({ coll: 'threads', doc: { deletedAt: at } }).event).toBeNull();
  });
});

describe('deletes', () => {
  const gone = { operationType: 'delete', doc: null, beforeTypes: TYPES };

  it('keep their tenant by the document as it was', () => {
    expect(map({ ...gone, before: { tenantId: 'acme', assignedTo: 'qa' } }).event).toMatchObject({
      type: 'message-deleted',
      tenantId: 'acme',
      assignedTo: 'qa',
    });
  });

  it('show nothing where the API said so before, or nothing is known', () => {
    expect(map({ ...gone, before: { deletedAt: at } }).event).toBeNull();
    expect(map(gone)).toEqual({ event: null });
  });
});

describe('agent activity', () => {
  it('is told by the status that was written, not by the document as it is now', () => {
    const doc = { tool: 'reply', sessionId: other, status: 'done', durationMs: 5, startedAt: at, endedAt: at };
    expect(map({ coll: 'tool-calls', doc: { ...doc, status: 'started' } }).event).toMatchObject({
      type: 'tool:start',
      data: { tool: 'reply', callId: String(id), sessionId: String(other), timestamp: at.toISOString() },
    });
    expect(update('tool-calls', ['status'], doc, { setStatus: 'error' })?.type).toBe('tool:error');
    expect(update('tool-calls', ['status'], doc, { setStatus: 'done' })).toMatchObject({ data: { durationMs: 5 } });
  });

  it('of sessions opens, closes and expires', () => {
    expect(map({ coll: 'sessions', doc: { status: 'open' } }).event?.type).toBe('session:open');
    expect(update('sessions', ['status'], {}, { setStatus: 'closed' })?.type).toBe('session:close');
    expect(update('sessions', ['status'], { idleMs: 9 }, { setStatus: 'expired' })).toMatchObject({
      type: 'session:expired',
      data: { sessionId: String(id), idleMs: 9 },
    });
  });

  it('of reports is their creation', () => {
    const doc = { kind: 'blocker', taskId: other, projectId: other };
    expect(map({ coll: 'reports', doc }).event).toMatchObject({
      type: 'report-created',
      projectId: String(other),
      // Under the name that the record has it by.
      data: { kind: 'blocker', taskId: String(other) },
    });
  });
});

describe('a dispatch', () => {
  it('concerns its agent type, without saying so twice', () => {
    const event = update('dispatches', ['question'], { agentType: 'qa', status: 'waiting' });
    expect(event).toMatchObject({ type: 'dispatch-updated', assignedTo: 'qa', data: { agentType: 'qa' } });
    expect(event?.data).not.toHaveProperty('assignedTo');
  });

  it('shows its routing fields, and whether it may be resumed', () => {
    const doc = {
      status: 'waiting',
      agentType: 'qa',
      epoch: 2,
      attempt: 1,
      consumer: 'desk',
      source: { kind: 'message', id: other },
      threadId: other,
      revision: 4,
      mode: 'resume',
      question: { answerId: other },
    };
    expect(map({ coll: 'dispatches', doc }).event?.data).toMatchObject({
      agentType: 'qa',
      epoch: 2,
      source: { kind: 'message', id: String(other) },
      resumable: true,
      mode: 'resume',
    });
    expect(map({ coll: 'dispatches', doc: { ...doc, question: null } }).event?.data['resumable']).toBe(false);
  });
});

it('a change of a collection that is not watched says nothing', () => {
  for (const coll of ['activity', 'api-tokens', 'constructor', '__proto__', '']) {
    expect(map({ coll: coll as never })).toEqual({ event: null });
  }
});
