import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject } from '@/lib/services/projects/create-project';
import { makeActor } from '../support/actors';
import { startMcpServer, type AgentClient, type McpTestServer } from '../support/mcp';

/** What `get_context` tells is as long as a client takes from one tool. */
let mcp: McpTestServer;
let client: AgentClient;

beforeAll(async () => {
  mcp = await startMcpServer();
  client = await mcp.connect(await mcp.tokenFor('orchestrator'));
});
afterAll(() => mcp.stop());

/** 90 of 200 characters each, name and value. */
const many = (word: string) =>
  Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`${word}-${at + 10}`, 'x'.repeat(192)]));

test('of more labels than an answer holds it tells the innermost, and how many are left out', async () => {
  const person = makeActor(mcp.plane, 'operator');
  const node = { slug: 'labelled', name: 'Labelled', context: 'Never say cheap.' };
  const outer = { ...many('outer'), 'inner-10': 'overridden' };
  const { id: parentId } = await createProject(person, { ...node, kind: 'client', parentId: null, labels: outer });
  const { id } = await createProject(person, { ...node, kind: 'brand', parentId, labels: many('inner') });
  const { data } = await client.call('get_context', { projectId: id });
  const of = (word: string) => Object.keys(data.labels).filter(name => name.startsWith(word)).length;
  expect([of('inner'), of('outer'), data.labelsLeftOut]).toEqual([90, 10, 80]);
  expect(data.labels['inner-10']).toBe('x'.repeat(192));
  expect(data.steps).toHaveLength(2);
});
