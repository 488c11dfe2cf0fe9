import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { MAX_BODY_CHARACTERS } from '@/lib/domain/fields';
import { connect, type AgentClient } from '../support/mcp';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/**
 * The six contracts between tiers, each over HTTP and as a tool: what one takes the other takes, what one refuses the
 * other refuses, with the same path. One agent may use a tool and the next `curl`.
 */

let board: Switchboard;
let token: string;
let agents: AgentClient;
beforeAll(async () => {
  board = await startSwitchboard();
  token = await board.tokenFor('orchestrator');
  for (const slug of ['qa', 'project-management']) {
    const { revision } = (await board.api('GET', `/api/agent-types/${slug}`)).body;
    await board.api('PATCH', `/api/agent-types/${slug}`, { revision, concurrency: 100 });
  }
  await until(async () => {
    agents = await connect(`${board.url}/mcp`, token, '2026-07-28').catch(() => undefined as never);
    return agents !== undefined;
  }, 30_000);
});
afterAll(async () => {
  await agents?.close();
  expect(await board?.stop()).toBe(0);
});

interface Contract {
  kind: string;
  tool: string;
  /** Whether the task is named to the tool too; else it is the dispatch's own. */
  namesTask?: boolean;
  valid: Record<string, unknown>;
  required: string[];
  wrong: Record<string, unknown>;
  over: Record<string, unknown>;
}
const text = (length: number) => 'x'.repeat(length);
const SOON = new Date(Date.now() + 3_600_000).toISOString();
const CONTRACTS: Contract[] = [
  {
    kind: 'handoff',
    tool: 'handoff',
    namesTask: true,
    valid: { inputs: { brief: 'a page on tea' }, context: 'warm' },
    required: ['inputs', 'context'],
    wrong: { inputs: 'brief', context: 5 },
    over: { context: text(32_001), inputs: { brief: text(70_000) } },
  },
  {
    kind: 'progress',
    tool: 'report_progress',
    valid: { percent: 40, state: 'half of it' },
    required: ['percent', 'state'],
    wrong: { percent: '40', state: ['half'] },
    over: { percent: 101, state: text(2_001) },
  },
  {
    kind: 'blocker',
    tool: 'raise_blocker',
    valid: { reason: 'no access', needs: 'a login' },
    required: ['reason', 'needs'],
    wrong: { reason: 5, needs: null },
    over: { reason: text(8_001), needs: text(8_001) },
  },
  {
    kind: 'question',
    tool: 'ask',
    valid: { question: 'Which?', options: ['a', 'b'], default: 'a', deadline: SOON },
    required: ['question'],
    wrong: { question: 5, options: 'a', default: 5, deadline: 'soon' },
    over: { question: text(MAX_BODY_CHARACTERS + 1), options: Array.from({ length: 21 }, (_, at) => `o${at}`) },
  },
  { kind: 'heartbeat', tool: 'heartbeat', valid: {}, required: [], wrong: {}, over: {} },
  {
    kind: 'result',
    tool: 'submit_result',
    valid: { output: 'made it', deliverables: [{ name: 'page', value: 'tea' }] },
    required: ['output'],
    wrong: { output: 5, deliverables: 'page' },
    over: {
      output: text(64_001),
      deliverables: Array.from({ length: 10 }, (_, at) => ({ name: `d${at}`, value: text(15_000) })),
    },
  },
];

/** What a door said: its code, and the paths it named. */
interface Said {
  code: string | null;
  paths: string[];
}
const said = (code: string | null, errors: { path: string }[] = []): Said => ({
  code,
  paths: [...new Set(errors.map(({ path }) => path))].toSorted(),
});

async function overHttp(kind: string, { key }: Dispatch, taskId: string, body: object): Promise<Said> {
  const answer = await fetch(`${board.url}/api/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-dispatch-key': key },
    body: JSON.stringify({ kind, taskId, ...body }),
  });
  const record = await answer.json();
  return answer.ok ? said(null) : said(record.code, record.errors);
}
async function asTool({ tool, namesTask }: Contract, { key }: Dispatch, taskId: string, body: object): Promise<Said> {
  const answer = await agents.call(tool, { dispatch: key, ...(namesTask ? { taskId } : {}), ...body });
  return answer.isError ? said(answer.data.code, answer.data.errors) : said(null);
}
const DOORS = ['HTTP', 'MCP'] as const;
const through = (door: (typeof DOORS)[number], contract: Contract, dispatch: Dispatch, taskId: string, body: object) =>
  door === 'HTTP' ? overHttp(contract.kind, dispatch, taskId, body) : asTool(contract, dispatch, taskId, body);

async function claim(taskId: string): Promise<Dispatch> {
  const source = { kind: 'task', id: taskId };
  const { body } = await board.api('POST', '/api/dispatches/claim', { consumer: 'e2e', source }, token);
  if (!body.dispatches[0]) throw new Error(`nothing claimed: ${body.reason}`);
  return body.dispatches[0];
}
/** Whoever may make the report, and the task it is about. */
async function scene({ kind }: Contract): Promise<{ dispatch: Dispatch; taskId: string }> {
  if (kind !== 'handoff') {
    const { id } = (await board.api('POST', '/api/tasks', { title: 'a task', assignedTo: 'qa' })).body;
    return { dispatch: await claim(id), taskId: id };
  }
  const run = (await board.api('POST', '/api/runs', { intent: 'a page on tea' })).body;
  const dispatch = await claim(run.planTaskId);
  const tasks = [
    { key: 'a', title: 'a', assignedTo: 'qa', deliverables: [{ name: 'brief' }] },
    { key: 'b', title: 'b', assignedTo: 'qa', dependsOn: ['a'] },
  ];
  const planned = (await agents.call('plan_tasks', { dispatch: dispatch.key, tasks })).data;
  return { dispatch, taskId: planned.tasks.find(({ key }: { key: string }) => key === 'b').id };
}

const without = (body: Record<string, unknown>, field: string) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));

describe.each(CONTRACTS)('$kind', contract => {
  it('is taken alike over HTTP and MCP', async () => {
    for (const door of DOORS) {
      const { dispatch, taskId } = await scene(contract);
      expect([door, await through(door, contract, dispatch, taskId, contract.valid)]).toEqual([door, said(null)]);
    }
  });

  it('is refused alike, by its path, and leaves nothing behind', async () => {
    const { dispatch, taskId } = await scene(contract);
    const cases = [
      ...contract.required.map(field => [`${field} missing`, without(contract.valid, field), field] as const),
      ...Object.entries(contract.wrong).map(
        ([field, value]) => [`${field} wrong`, { ...contract.valid, [field]: value }, field] as const,
      ),
      ...contract.required
        .filter(field => typeof contract.valid[field] === 'string' && field !== 'context')
        .map(field => [`${field} empty`, { ...contract.valid, [field]: '' }, field] as const),
      ['a field too many', { ...contract.valid, verdict: 'fine' }, 'verdict'] as const,
    ];
    for (const [name, body, path] of cases) {
      const [http, mcp] = [
        await through('HTTP', contract, dispatch, taskId, body),
        await through('MCP', contract, dispatch, taskId, body),
      ];
      expect({ name, http, mcp }).toEqual({
        name,
        http: { code: 'validation-failed', paths: [path] },
        mcp: { code: 'validation-failed', paths: [path] },
      });
    }
    for (const [field, value] of Object.entries(contract.over)) {
      const body = { ...contract.valid, [field]: value };
      const http = await through('HTTP', contract, dispatch, taskId, body);
      const mcp = await through('MCP', contract, dispatch, taskId, body);
      expect({ field, mcp }).toEqual({ field, mcp: http });
      expect(['validation-failed', 'too-large']).toContain(http.code);
    }
    expect((await board.api('GET', `/api/dispatches/${dispatch.id}`)).body).toMatchObject({ status: 'running' });
    expect((await board.api('GET', `/api/reports?taskId=${taskId}`)).body.items).toEqual([]);
  });
});
