import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/**
 * A scripted agent, as a headless orchestrator starts it: the dispatch on stdin, tools over MCP, exit 0 at the end of a
 * turn. What a worker does stands in its task's input; what the planner plans, in the run's intent.
 */
const dispatch = JSON.parse(readFileSync(0, 'utf8'));
const { SWITCHBOARD_MCP_URL: url, SWITCHBOARD_TOKEN: token, SWITCHBOARD_DISPATCH: key } = process.env;
const TRY_AGAIN = 75;
// No answer at all: the orchestrator may try the turn again.
process.on('uncaughtException', error => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(TRY_AGAIN);
});
const client = new Client({ name: 'run-agent', version: '1.0.0' });
await client.connect(
  new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
);

const TRIES = 5;
/** As the plane asks of every agent: what it says may be repeated is repeated, and a turn that fails by it is tried again. */
async function call(name, args) {
  for (let tries = 1; ; tries += 1) {
    const result = await client.callTool({ name, arguments: { ...args, dispatch: key } });
    const said = JSON.parse(result.content[0].text);
    if (!result.isError) return said;
    process.stderr.write(`${name}: ${said.code}: ${said.message}\n`);
    if (said.retryAfterMs === undefined) process.exit(1);
    if (tries === TRIES) process.exit(TRY_AGAIN);
    await new Promise(resolve => setTimeout(resolve, said.retryAfterMs));
  }
}

const isOver = status => ['done', 'incomplete', 'dead', 'cancelled'].includes(status);

async function plan() {
  // The intent, which a long thread has left behind.
  const { tasks } = JSON.parse((await call('get_task', { taskId: dispatch.source.id })).task.input);
  const first = await call('list_tasks', { limit: 200 });
  // Two calls, and a death between them leaves half a plan, which the next attempt plans again.
  if (first.items.length < tasks.length) {
    await call('plan_tasks', { tasks: tasks.slice(0, 20) });
    await call('plan_tasks', { tasks: tasks.slice(20) });
    return;
  }
  for (const [, id, text] of dispatch.prompt.matchAll(/question ([0-9a-f]{24}) from agent [a-z-]+\n(.*)/g)) {
    if (/please answer|^Blocked/.test(text)) await call('reply', { messageId: id, body: `answer to: ${text}` });
  }
  const { items } = await call('list_tasks', { limit: 200 });
  const stuck = new Set(items.filter(({ status }) => isOver(status) && status !== 'done').map(({ id }) => id));
  const open = items.filter(({ status, dependsOn }) => !isOver(status) && !dependsOn.some(id => stuck.has(id)));
  if (open.length === 0) await call('submit_result', { output: `${items.length} tasks are over` });
}

const SOON_MS = 3_000;
async function work() {
  const { task } = await call('get_task', { taskId: dispatch.source.id });
  const deadline = new Date(Date.now() + SOON_MS).toISOString();
  const question = {
    ask: { question: 'please answer this' },
    default: { question: 'left to silence', default: 'the default', deadline },
    climb: { question: 'left to people', deadline },
  }[task.input];
  if (dispatch.mode === 'start' && question) return call('ask', question);
  if (dispatch.mode === 'start' && task.input === 'block') {
    return call('raise_blocker', { reason: 'no access', needs: 'a login' });
  }
  await call('report_progress', { percent: 50, state: 'half of it' });
  // Long enough to be killed in.
  await new Promise(resolve => setTimeout(resolve, 300));
  const answer =
    dispatch.mode === 'resume' ? /You are resumed[^]*?\n<<<[^\n]*\n([^\n]*)/.exec(dispatch.prompt)?.[1] : null;
  const deliverables = task.input === 'lack' ? [] : [{ name: 'made', value: `made by ${task.assignedTo}` }];
  return call('submit_result', { output: answer ?? `done in attempt ${dispatch.attempt}`, deliverables });
}

await (dispatch.prompt.includes('You are the orchestrator of this run') ? plan() : work());
await client.close();
