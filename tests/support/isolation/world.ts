import { DEFAULT_TENANT } from '@/lib/domain/fields';
import { HOUR_MS } from '@/lib/kernel/clock';
import { holdAccount } from '@/lib/store/accounts';
import { newId } from '@/lib/store/ids';
import { useConsumer } from '@/lib/services/consumers/consumers';
import { authenticate } from '@/lib/services/identity/authenticate';
import type { ApiServer } from '../api-server';

/** In every text of a tenant's: whoever else sees it has seen its data. */
export const markerOf = (tenantId: string): string => `belongs-to-${tenantId}`;

/** One record of every noun, in one tenant. Ids are strings, as the API takes them. */
export interface World {
  tenantId: string;
  /** An admin's. */
  token: string;
  tokenId: string;
  spareTokenId: string;
  tenantRecordId: string;
  projectId: string;
  threadId: string;
  messageId: string;
  /** To people. */
  noteId: string;
  taskId: string;
  runId: string;
  reportId: string;
  dispatchId: string;
  epoch: number;
  key: string;
  sessionId: string;
  toolCallId: string;
  consumer: string;
  heldAccount: string;
  agentType: string;
  /** A position that this tenant's reads gave out. */
  position: string;
}

export async function makeWorld(api: ApiServer, tenantId: string): Promise<World> {
  const marker = markerOf(tenantId);
  const tenant =
    tenantId === DEFAULT_TENANT
      ? await api.plane.collections.tenants.findOne({ tenantId }).then(row => ({ id: row!._id.toHexString() }))
      : await made(api.call('POST', '/api/tenants', { body: { tenantId, name: `${marker} tenant` } }));
  const admin = await made(
    api.call('POST', '/api/tokens', { body: { role: 'admin', label: `${marker} admin`, tenantId } }),
  );
  const token = admin.token as string;
  const post = (path: string, body: unknown) => made(api.call('POST', path, { token, body }));
  const spare = await post('/api/tokens', { role: 'viewer', label: `${marker} spare` });
  const slug = `${marker}-type`;
  await post('/api/agent-types', { slug, name: `${marker} type`, systemPrompt: marker, concurrency: 10 });
  const client = await post('/api/projects', { kind: 'client', slug: marker, name: marker, context: marker });
  const thread = await post('/api/threads', { subject: `${marker} thread`, projectId: client.id });
  const message = await post(`/api/threads/${thread.id}/messages`, { body: `${marker} message`, assignedTo: slug });
  const note = await post('/api/messages', { body: `${marker} note`, assignedTo: 'human' });
  const task = await post('/api/tasks', {
    title: `${marker} task`,
    input: marker,
    assignedTo: slug,
    threadId: thread.id,
  });
  const report = await post('/api/reports', { kind: 'handoff', taskId: task.id, inputs: { marker }, context: marker });
  const run = await post('/api/runs', { intent: `${marker} intent`, projectId: client.id, plannerType: slug });
  const claim = await post('/api/dispatches/claim', {
    consumer: 'worker',
    source: { kind: 'message', id: message.id },
  });
  const [dispatch] = claim.dispatches;
  // A question to a person, by the agent of a task of its own.
  const asking = await post('/api/tasks', { title: `${marker} asking`, assignedTo: slug });
  const asker = await post('/api/dispatches/claim', { consumer: 'worker', source: { kind: 'task', id: asking.id } });
  const question = { kind: 'question', taskId: asking.id, question: `${marker} question` };
  await made(
    api.call('POST', '/api/reports', { token, body: question, headers: { 'x-dispatch-key': asker.dispatches[0].key } }),
  );
  const seen = await insertObserved(api, tenantId, dispatch.id, slug);
  const principal = (await authenticate(api.plane, { kind: 'bearer', secret: token }))!;
  await useConsumer({ plane: api.plane, principal, requestId: 'fixture' }, `${marker}-consumer`);
  const heldAccount = `${marker}-account`;
  await holdAccount(api.plane.collections, tenantId, heldAccount, new Date(Date.now() + HOUR_MS));
  const read = await api.call('GET', '/api/threads', { token });
  return {
    tenantId,
    token,
    tokenId: admin.id,
    spareTokenId: spare.id,
    tenantRecordId: tenant.id,
    projectId: client.id,
    threadId: thread.id,
    messageId: message.id,
    noteId: note.id,
    taskId: task.id,
    runId: run.id,
    reportId: report.id,
    dispatchId: dispatch.id,
    epoch: dispatch.epoch,
    key: dispatch.key,
    ...seen,
    consumer: `${marker}-consumer`,
    heldAccount,
    agentType: slug,
    position: read.headers.get('x-event-cursor')!,
  };
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the route answers
async function made(call: ReturnType<ApiServer['call']>): Promise<any> {
  const answer = await call;
  if (answer.status >= 300) throw new Error(`the fixture could not be made: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** What only the MCP server writes. */
async function insertObserved({ plane }: ApiServer, tenantId: string, dispatchId: string, agentType: string) {
  const marker = markerOf(tenantId);
  const sessionId = newId();
  const toolCallId = newId();
  const at = new Date();
  const record = { tenantId, createdAt: at, updatedAt: at, createdBy: 'fixture', agentType };
  const dispatch = (await plane.collections.dispatches.findOne({ tenantId }))!._id;
  await plane.collections.sessions.insertOne({
    ...record,
    _id: sessionId,
    key: `dispatch:${dispatchId}`,
    status: 'open',
    client: `${marker} client`,
    dispatchId: dispatch,
    threadId: null,
    toolCalls: 1,
    openedAt: at,
    lastActiveAt: at,
    endedAt: null,
  });
  await plane.collections.toolCalls.insertOne({
    ...record,
    _id: toolCallId,
    tool: `${marker}_tool`,
    status: 'done',
    sessionId,
    dispatchId: dispatch,
    startedAt: at,
    endedAt: at,
    durationMs: 1,
    error: null,
  });
  return { sessionId: sessionId.toHexString(), toolCallId: toolCallId.toHexString() };
}
