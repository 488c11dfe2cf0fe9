import type { World } from './world';

/**
 * What is tried on each route with tenant A's ids and another tenant's token; `own` is that other tenant's world. `expects`:
 * - `hidden`: 404 (or 403), as if the record were not there; the same for every record in a path
 * - `refused`: 403, 404 or 422, for an id inside a body or query that names something which is not there
 * - `own-only`: an answer, with nothing of A's in it
 * A route that tells everybody the same says `public`.
 */
export interface Attack {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  text?: string;
  expects: 'hidden' | 'refused' | 'own-only' | 'public';
  /** Nothing in it is anybody's text, so even A's own answer does not show that the route works. */
  silent?: boolean;
  /** Admins of the default tenant may do this by contract. */
  exceptDefault?: boolean;
}

const list: Attack = { expects: 'own-only' };
const figures: Attack = { expects: 'own-only', silent: true };
const hidden = (params: Record<string, string>, more: Partial<Attack> = {}): Attack => ({
  params,
  expects: 'hidden',
  ...more,
});
const by = (query: Record<string, string>): Attack => ({ query, expects: 'own-only' });
const refused = (body: unknown, params: Record<string, string> = {}): Attack => ({ params, body, expects: 'refused' });

/** Every route has its row: a test fails for a route without one, and for a row without its route. */
export const ATTACKS: Record<string, (a: World, own: World) => Attack[]> = {
  'POST /api/auth/session': () => [{ body: {}, expects: 'public' }],
  'DELETE /api/auth/session': () => [{ expects: 'public' }],
  'GET /api/auth/me': () => [list],
  'GET /api/openapi.json': () => [{ expects: 'public' }],

  'GET /api/tokens': a => [list, by({ q: 'belongs' }), by({ role: 'admin' }), by({ agentType: a.agentType })],
  'POST /api/tokens': a => [
    { body: { role: 'admin', label: 'x', tenantId: a.tenantId }, expects: 'refused', exceptDefault: true },
    refused({ role: 'agent', label: 'x', agentType: a.agentType }),
  ],
  'GET /api/tokens/:id': a => [hidden({ id: a.tokenId })],
  'DELETE /api/tokens/:id': a => [hidden({ id: a.spareTokenId })],
  'GET /api/tenants': () => [{ expects: 'hidden', exceptDefault: true }],
  'POST /api/tenants': a => [{ body: { tenantId: a.tenantId, name: 'x' }, expects: 'hidden', exceptDefault: true }],
  'GET /api/tenants/:id': a => [hidden({ id: a.tenantRecordId }, { exceptDefault: true })],

  'GET /api/agent-types': a => [list, by({ q: 'belongs' }), by({ reportsTo: a.agentType })],
  'POST /api/agent-types': a => [refused({ slug: 'mine', name: 'x', reportsTo: a.agentType })],
  'GET /api/agent-types/export': () => [list],
  'POST /api/agent-types/import': a => [
    {
      text: `agentTypes:\n  - slug: mine\n    name: x\n    reportsTo: ${a.agentType}\n`,
      query: { dryRun: '1' },
      expects: 'own-only',
    },
  ],
  'GET /api/agent-types/:slug': a => [hidden({ slug: a.agentType })],
  'PATCH /api/agent-types/:slug': a => [
    hidden({ slug: a.agentType }, { body: { revision: 1, name: 'taken' } }),
    refused({ revision: 1, reportsTo: a.agentType }, { slug: 'qa' }),
  ],
  'DELETE /api/agent-types/:slug': a => [hidden({ slug: a.agentType })],
  'GET /api/agent-types/:slug/revisions': a => [hidden({ slug: a.agentType })],
  'POST /api/agent-types/:slug/rollback': a => [hidden({ slug: a.agentType }, { body: { revision: 1 } })],
  'POST /api/agent-types/:slug/preview': a => [
    hidden({ slug: a.agentType }, { body: {} }),
    refused({ threadId: a.threadId }, { slug: 'qa' }),
  ],

  'GET /api/projects': a => [list, by({ q: 'belongs' }), by({ parentId: a.projectId })],
  'POST /api/projects': a => [refused({ kind: 'brand', slug: 'mine', name: 'x', parentId: a.projectId })],
  'GET /api/projects/:id': a => [hidden({ id: a.projectId })],
  'PATCH /api/projects/:id': (a, own) => [
    hidden({ id: a.projectId }, { body: { name: 'taken' } }),
    refused({ parentId: a.projectId }, { id: own.projectId }),
  ],
  'DELETE /api/projects/:id': a => [hidden({ id: a.projectId })],
  'GET /api/projects/:id/context': a => [hidden({ id: a.projectId })],

  'GET /api/threads': a => [
    list,
    by({ q: 'belongs' }),
    by({ projectId: a.projectId }),
    by({ assignedTo: a.agentType }),
  ],
  'POST /api/threads': a => [refused({ projectId: a.projectId }), refused({ assignedTo: a.agentType })],
  'GET /api/threads/:id': a => [hidden({ id: a.threadId })],
  'PATCH /api/threads/:id': (a, own) => [
    hidden({ id: a.threadId }, { body: { subject: 'taken' } }),
    refused({ projectId: a.projectId }, { id: own.threadId }),
  ],
  'GET /api/threads/:id/messages': a => [
    hidden({ id: a.threadId }),
    hidden({ id: a.threadId }, { query: { q: 'belongs' } }),
  ],
  'POST /api/threads/:id/messages': (a, own) => [
    hidden({ id: a.threadId }, { body: { body: 'hello from outside' } }),
    refused({ body: 'x', inReplyTo: a.messageId }, { id: own.threadId }),
  ],
  'GET /api/messages': a => [
    list,
    by({ q: 'belongs' }),
    by({ projectId: a.projectId }),
    by({ threadId: a.threadId }),
    by({ inReplyTo: a.messageId }),
    by({ assignedTo: a.agentType }),
  ],
  'POST /api/messages': (a, own) => [
    refused({ body: 'x', threadId: a.threadId }),
    refused({ body: 'x', projectId: a.projectId }),
    refused({ body: 'x', assignedTo: a.agentType }),
    refused({ body: 'x', threadId: own.threadId, inReplyTo: a.messageId }),
    refused({ body: 'x', inReplyTo: a.messageId }),
  ],
  'GET /api/messages/:id': a => [hidden({ id: a.messageId })],
  'PATCH /api/messages/:id': a => [
    hidden({ id: a.messageId }, { body: { priority: 'low' } }),
    hidden({ id: a.noteId }, { body: { status: 'done' } }),
  ],
  'POST /api/messages/:id/cancel': a => [hidden({ id: a.messageId })],
  'POST /api/messages/:id/redrive': a => [hidden({ id: a.messageId })],

  'GET /api/tasks': a => [
    list,
    by({ q: 'belongs' }),
    by({ projectId: a.projectId }),
    by({ threadId: a.threadId }),
    by({ assignedTo: a.agentType }),
    by({ runId: a.runId }),
  ],
  'POST /api/tasks': (a, own) => [
    refused({ title: 'x', assignedTo: a.agentType }),
    refused({ title: 'x', assignedTo: 'qa', projectId: a.projectId }),
    refused({ title: 'x', assignedTo: 'qa', threadId: a.threadId }),
    refused({ title: 'x', assignedTo: 'qa', dependsOn: [own.taskId, a.taskId] }),
  ],
  'GET /api/tasks/:id': a => [hidden({ id: a.taskId })],
  'PATCH /api/tasks/:id': (a, own) => [
    hidden({ id: a.taskId }, { body: { title: 'taken' } }),
    refused({ projectId: a.projectId }, { id: own.taskId }),
  ],
  'POST /api/tasks/:id/cancel': a => [hidden({ id: a.taskId })],
  'POST /api/tasks/:id/redrive': a => [hidden({ id: a.taskId })],

  'GET /api/runs': a => [list, by({ q: 'belongs' }), by({ projectId: a.projectId })],
  'POST /api/runs': a => [
    refused({ intent: 'x', projectId: a.projectId }),
    refused({ intent: 'x', plannerType: a.agentType }),
  ],
  'GET /api/runs/:id': a => [hidden({ id: a.runId })],
  'GET /api/runs/:id/trace': a => [hidden({ id: a.runId })],
  'POST /api/runs/:id/cancel': a => [hidden({ id: a.runId })],

  'GET /api/inbox': () => [list, by({ kind: 'dead' }), by({ kind: 'message' }), by({ q: 'belongs' })],
  'GET /api/reports': a => [
    list,
    by({ q: 'belongs' }),
    by({ taskId: a.taskId }),
    by({ runId: a.runId }),
    by({ dispatchId: a.dispatchId }),
  ],
  'POST /api/reports': a => [refused({ kind: 'handoff', taskId: a.taskId, inputs: {}, context: '' })],
  'GET /api/reports/:id': a => [hidden({ id: a.reportId })],

  'POST /api/dispatches/claim': a => [
    { body: { consumer: 'worker', max: 100 }, expects: 'own-only' },
    { body: { consumer: 'worker', source: { kind: 'message', id: a.messageId } }, expects: 'own-only' },
    { body: { consumer: 'worker', source: { kind: 'task', id: a.taskId } }, expects: 'own-only' },
    { body: { consumer: 'worker', agentTypes: [a.agentType] }, expects: 'own-only' },
  ],
  'POST /api/dispatches/complete': a => [
    { body: { items: [{ id: a.dispatchId, epoch: a.epoch, output: 'x' }] }, expects: 'own-only' },
  ],
  'GET /api/dispatches': a => [
    list,
    by({ q: 'belongs' }),
    by({ projectId: a.projectId }),
    by({ threadId: a.threadId }),
    by({ sourceId: a.messageId }),
    by({ runId: a.runId }),
    by({ agentType: a.agentType }),
    by({ consumer: 'worker' }),
  ],
  'GET /api/dispatches/:id': a => [hidden({ id: a.dispatchId })],
  ...Object.fromEntries(
    Object.entries({
      heartbeat: {},
      progress: { state: 'x' },
      complete: { output: 'x' },
      fail: { error: 'x', retryable: true },
      release: {},
    }).map(([verb, body]) => [
      `POST /api/dispatches/:id/${verb}`,
      (a: World) => [hidden({ id: a.dispatchId }, { body: { epoch: a.epoch, ...body } })],
    ]),
  ),
  ...Object.fromEntries(
    ['cancel', 'redrive', 'accept', 'discard'].map(verb => [
      `POST /api/dispatches/:id/${verb}`,
      (a: World) => [hidden({ id: a.dispatchId })],
    ]),
  ),

  'GET /api/events/recent': a => [
    list,
    by({ before: a.position }),
    by({ assignedTo: a.agentType }),
    by({ client: 'belongs-to-tenant-a' }),
  ],
  'GET /api/consumers': () => [list, by({ q: 'belongs' })],
  'POST /api/consumers/:name/ack': a => [hidden({ name: a.consumer }, { body: { id: a.position } })],
  'DELETE /api/consumers/:name': a => [hidden({ name: a.consumer })],

  'GET /api/metrics': () => [figures],
  'GET /api/sessions': a => [
    list,
    by({ q: 'belongs' }),
    by({ dispatchId: a.dispatchId }),
    by({ threadId: a.threadId }),
    by({ agentType: a.agentType }),
  ],
  'GET /api/sessions/:id': a => [hidden({ id: a.sessionId })],
  'GET /api/tool-calls': a => [
    list,
    by({ q: 'belongs' }),
    by({ sessionId: a.sessionId }),
    by({ dispatchId: a.dispatchId }),
    by({ agentType: a.agentType }),
  ],
  'GET /api/stats': () => [figures],
  'GET /api/costs': () => [figures, ...['client', 'brand', 'project', 'run'].map(dimension => by({ by: dimension }))],
  // The default tenant's own log says which tenants and tokens its admins made.
  'GET /api/activity': a => [
    { ...list, exceptDefault: true },
    { ...by({ q: 'belongs' }), exceptDefault: true },
    by({ subjectId: a.threadId }),
    by({ actorId: a.tokenId }),
  ],
  'DELETE /api/accounts/:account/hold': a => [hidden({ account: a.heldAccount })],
  'GET /api/settings': () => [figures],
  'PATCH /api/settings': () => [{ body: { revision: 0, dispatchPaused: false }, expects: 'own-only' }],
  'POST /api/maintenance/cleanup': () => [
    { body: { dryRun: true }, expects: 'own-only' },
    { body: { dryRun: false }, expects: 'own-only' },
  ],
  'GET /api/system-health': () => [figures],
  'GET /api/health/live': () => [{ expects: 'public' }],
  'GET /api/health/ready': () => [{ expects: 'public' }],
};
