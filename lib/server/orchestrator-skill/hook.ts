import { noteEnded, noteHanded } from './agent-turns';
import { keepLastWords } from './dispatch-files';
import { findProject } from './project';
import { readInput } from './read-input';
import { StateFile, type SkillState } from './state';
import { fileURLToPath } from 'node:url';

/**
 * Called by Claude Code itself (`npm run skill:install` writes the rules), so that what it takes note of does not hang
 * on the model: which agent was given which turn, and how that turn ended. Says nothing and fails nothing: a session
 * without it works as before.
 */
interface HookEvent {
  hook_event_name?: unknown;
  tool_input?: { name?: unknown; to?: unknown } | null;
  tool_response?: unknown;
  agent_id?: unknown;
  last_assistant_message?: unknown;
}

const HELP = `hook: called by Claude Code at the start and the end of each turn of an agent; not by the session.

Usage: node hook.mjs < EVENT

Takes note in the state file of which turn belongs to which claim, and of an agent's last words. Prints nothing. Exit 0, always.
`;
const DISPATCH_ID = /^[0-9a-f]{24}$/;
/** An agent may end before the hook of its start has run. */
const UNKNOWN_PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 50;

async function main(): Promise<void> {
  if (process.argv.some(argument => argument === '--help' || argument === '-h')) {
    return void process.stdout.write(HELP);
  }
  const event = JSON.parse((await readInput(undefined, undefined)) ?? '{}') as HookEvent;
  const scriptPath = fileURLToPath(import.meta.url);
  const { folder } = findProject({ option: undefined, env: process.env, cwd: process.cwd(), scriptPath });
  if (event.hook_event_name === 'SubagentStop') return agentEnded(folder, event);
  const id = [event.tool_input?.name, event.tool_input?.to].find(isDispatchId);
  const agent = agentIn(event.tool_response);
  if (id !== undefined && agent !== undefined)
    await new StateFile(folder).update(current => noteHanded(current, id, agent));
}

async function agentEnded(folder: string, { agent_id: agent, last_assistant_message: said }: HookEvent) {
  const state = new StateFile(folder);
  if (typeof agent !== 'string' || !hasOpen(state.read())) return;
  const text = typeof said === 'string' ? said : '';
  for (const endMs = Date.now() + UNKNOWN_PATIENCE_MS; Date.now() < endMs;) {
    const turn = await state.update(current => noteEnded(current, agent, text));
    if (turn !== null) return keepLastWords(folder, turn, text);
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

const hasOpen = ({ dispatches }: SkillState): boolean => Object.keys(dispatches).length > 0;
const isDispatchId = (value: unknown): value is string => typeof value === 'string' && DISPATCH_ID.test(value);

/** The start and the resume of an agent name it under different words, as fields or in text. */
function agentIn(response: unknown): string | undefined {
  const text = typeof response === 'string' ? response : JSON.stringify(response ?? null);
  return /(?:resumedAgentId|agentId)["'\\:\s]+([\w-]+)/.exec(text)?.[1];
}

await main().catch(() => undefined);
