import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { launchChromium } from '../support/chromium';
import { connect, type AgentClient } from '../support/mcp';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/** A server, a signed-in browser, and the moves of scripted agents over MCP in a few words each. */
export interface RunPages {
  board: Switchboard;
  /** What the browser said on its console that was an error. */
  errors: string[];
  /** As it is on a machine of that kind; without one, on a desk. */
  open(path: string, machine?: BrowserContextOptions): Promise<Page>;
  claim(taskId: string): Promise<Dispatch>;
  /** A tool, called by whoever holds the dispatch. */
  call(dispatch: Dispatch, name: string, args: object): Promise<void>;
  /** A verb of the orchestrator that holds the dispatch. */
  post(dispatch: Dispatch, verb: string, body?: object): Promise<Record<string, unknown>>;
  openRun(intent: string): Promise<Run>;
  tasksOf(run: Run): Promise<Map<string | null, Task>>;
  stop(): Promise<void>;
}

export async function startRunPages(): Promise<RunPages> {
  const board = await startSwitchboard();
  const token = await board.tokenFor('orchestrator');
  const agents = await connectAgents(board, token);
  const browser = await launchChromium();
  const context = await signedIn(browser, board);
  const errors: string[] = [];
  return {
    board,
    errors,
    open: async (path, machine) => {
      const own =
        machine && (await browser.newContext({ baseURL: board.url, ...machine, ...(await signedAs(context)) }));
      const page = await (own ?? context).newPage();
      page.on('console', message => {
        if (message.type() === 'error') errors.push(`${page.url()}: ${message.text()} ${message.location().url}`);
      });
      page.on('pageerror', error => errors.push(`${page.url()}: ${error.message}`));
      await page.goto(path);
      await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
      return page;
    },
    claim: async taskId => {
      const body = { consumer: 'e2e', source: { kind: 'task', id: taskId } };
      const { dispatches, reason } = (await board.api('POST', '/api/dispatches/claim', body, token)).body;
      expect(dispatches, `claim of ${taskId}: ${reason}`).toHaveLength(1);
      return dispatches[0];
    },
    call: async (dispatch, name, args) => {
      const { isError, text } = await agents.call(name, { ...args, dispatch: dispatch.key });
      expect(isError, text).toBe(false);
    },
    post: async ({ id, epoch }, verb, body = {}) => {
      const answer = await board.api('POST', `/api/dispatches/${id}/${verb}`, { epoch, ...body }, token);
      expect(answer.status).toBe(200);
      return answer.body;
    },
    openRun: async intent => (await board.api('POST', '/api/runs', { intent })).body,
    tasksOf: async run => {
      const { items } = (await board.api('GET', `/api/tasks?runId=${run.id}&limit=200`)).body;
      return new Map(items.map((task: Task) => [task.key, task]));
    },
    stop: async () => {
      await agents.close();
      await browser.close();
      expect(await board.stop()).toBe(0);
    },
  };
}

const signedAs = async (context: BrowserContext) => ({ storageState: await context.storageState() });

/** The MCP server starts beside the web process, a little later. */
export async function connectAgents(board: Switchboard, token: string): Promise<AgentClient> {
  let agents: AgentClient | undefined;
  await until(async () => {
    agents = await connect(`${board.url}/mcp`, token, '2026-07-28').catch(() => undefined);
    return agents !== undefined;
  }, 30_000);
  return agents!;
}

async function signedIn(browser: Browser, board: Switchboard): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: board.url, viewport: { width: 1440, height: 900 } });
  const answer = await context.request.post('/api/auth/session', {
    data: { token: board.adminToken },
    headers: { origin: board.url },
  });
  expect(answer.status()).toBe(204);
  return context;
}

/** A task in the graph, by its name and what else its link says. */
export const graphNode = (page: Page, words: string) =>
  page.getByRole('group', { name: 'Task graph' }).getByRole('link', { name: words });
