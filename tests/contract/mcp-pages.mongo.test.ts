import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTask } from '@/lib/services/tasks/create-task';
import { bodyId, newId } from '@/lib/store/ids';
import { putReport } from '@/lib/store/reports';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

let mcp: McpTestServer;
let person: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  person = await mcp.connect(await mcp.tokenFor('operator'));
});
afterAll(() => mcp.stop());

/** Progress reports of one new task, each with what it says of its state. */
async function reportsOf(states: string[]): Promise<string> {
  const task = await createTask(makeActor(mcp.plane, 'operator'), {
    title: 'a task',
    input: '',
    assignedTo: 'seo',
    priority: 'normal',
    projectId: null,
    threadId: null,
    dependsOn: [],
    deliverables: [],
  });
  for (const state of states) {
    await putReport(mcp.plane.collections, {
      _id: newId(),
      tenantId: 'default',
      createdBy: 'agent:seo',
      kind: 'progress',
      taskId: bodyId('id', task.id),
      runId: null,
      projectId: null,
      dispatchId: null,
      said: { percent: 1, state },
    });
  }
  return task.id;
}

describe('list_reports', () => {
  test('gives as many as were asked for, as every other list', async () => {
    const taskId = await reportsOf(Array.from({ length: 25 }, (_, at) => `${at}`));
    expect((await person.call('list_reports', { taskId })).data).toMatchObject({ nextCursor: null });
    expect((await person.call('list_reports', { taskId })).data.items).toHaveLength(25);
    const { items, nextCursor } = (await person.call('list_reports', { taskId, limit: 24 })).data;
    expect(items).toHaveLength(24);
    const rest = await person.call('list_reports', { taskId, limit: 24, cursor: nextCursor });
    expect(rest.data).toMatchObject({ items: [{ state: '0' }], nextCursor: null });
    expect((await person.call('list_reports', { taskId, limit: 201 })).isError).toBe(true);
  });

  test('ends a page early where they are long, and goes on without a gap', async () => {
    const taskId = await reportsOf(['a', 'b', 'c', 'd'].map(letter => letter.repeat(30_000)));
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await person.call('list_reports', { taskId, ...(cursor ? { cursor } : {}) });
      pages.push(data.items.map(({ state }: { state: string }) => state[0]).join(''));
      cursor = data.nextCursor ?? undefined;
    } while (cursor);
    expect(pages).toEqual(['dc', 'ba']);
  });
});
