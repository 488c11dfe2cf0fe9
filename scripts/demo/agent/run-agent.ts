import { text as readText } from 'node:stream/consumers';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { systemClock } from '@/lib/kernel/clock';
import { createClient } from '@/lib/sdk/client';
import { RETRY_EXIT } from '@/lib/server/orchestrator/outcome';
import { StartupError } from '@/lib/server/startup-error';
import { Repository } from './repository';
import { skillFor } from './skills';
import { connectTools, ToolRefusal, type Tools } from './tools';
import { Work, type Outcome } from './work';

/**
 * The demo agent: a plain program without any model. One dispatch as JSON on stdin, Switchboard's tools over MCP, the
 * answer on stdout; that is all an agent has to do.
 */

export interface AgentOptions {
  root: string;
  stepMs: number;
  env: Record<string, string | undefined>;
}

const FAILED_EXIT = 1;

/** The exit code: 0 completes the dispatch, 75 asks for another attempt, anything else is for good. */
export async function runAgent({ root, stepMs, env }: AgentOptions): Promise<number> {
  const { SWITCHBOARD_MCP_URL: url, SWITCHBOARD_URL: plane, SWITCHBOARD_TOKEN: token } = env;
  if (url === undefined || plane === undefined || token === undefined) {
    throw new StartupError('demo --agent is started by an orchestrator; to see the demo, type: npm run demo');
  }
  const dispatch = JSON.parse(await readText(process.stdin)) as Dispatch;
  let tools: Tools | undefined;
  try {
    tools = await connectTools({ url, token, dispatchKey: dispatch.key });
    const client = createClient({ baseUrl: plane, token });
    const work = new Work({
      dispatch,
      tools,
      plane: client,
      repository: new Repository(root),
      stepMs,
      clock: systemClock,
    });
    await takeUp(work, tools);
    return say(await skillFor(work)(work));
  } catch (error) {
    return refused(error);
  } finally {
    await tools?.close();
  }
}

/** What every agent does first: mark what it was sent as read, and learn what holds for the project. */
async function takeUp(work: Work, tools: Tools): Promise<void> {
  const { message } = work;
  const { items } = await tools.call<{ items: { id: string }[] }>('list_inbox', { unread: true });
  const mine = items.filter(({ id }) => id === message?.id).map(({ id }) => id);
  if (mine.length > 0) await tools.call('acknowledge', { messageIds: mine });
  const { steps } = await tools.call<{ steps: { name: string }[] }>('get_context');
  const place = steps.map(({ name }) => name).join(' › ');
  await work.step(0, place === '' ? 'reading the request' : `reading the request, for ${place}`);
}

function say(outcome: Outcome): number {
  if (outcome.kind === 'answer') process.stdout.write(`${outcome.text}\n`);
  if (outcome.kind !== 'fail') return 0;
  process.stderr.write(`demo agent, no model: ${outcome.why}\n`);
  return outcome.retryable ? RETRY_EXIT : FAILED_EXIT;
}

/** A refusal, or a server that is away: worth another attempt. The orchestrator knows when there is none to be had. */
function refused(error: unknown): number {
  const why = error instanceof Error ? error.message : String(error);
  const what = error instanceof ToolRefusal ? 'a tool refused' : 'the work broke off';
  process.stderr.write(`demo agent, no model: ${what}: ${why}\n`);
  return RETRY_EXIT;
}
