import { awaitsAgent, isCall, noteCalled, noteDelivered, noteEnded, noteHanded, noteQueued } from './agent-turns';
import { keepEarlyEnd, keepLastWords, takeEarlyEnd } from './dispatch-files';
import { openConnection } from './connection';
import { findProject, type Project } from './project';
import { isHooked, noteHooked } from './forgotten-work';
import { readInput } from './read-input';
import { thisSession } from './session';
import { signOfWork } from './sign-of-work';
import { StateFile, type OpenDispatch, type SkillState } from './state';
import { fileURLToPath } from 'node:url';

type ToolField = 'command' | 'name' | 'to' | 'prompt' | 'message' | 'dispatch' | 'subagent_type' | 'percent' | 'state';

/**
 * Called by Claude Code itself (`npm run skill:install` writes the rules), so that what it takes note of does not hang
 * on the model: which agent was given which turn, that it is at work, how that turn ended. Fails nothing: a session
 * without it works as before.
 */
interface HookEvent {
  hook_event_name?: unknown;
  tool_name?: unknown;
  tool_input?: Partial<Record<ToolField, unknown>> | null;
  tool_response?: unknown;
  agent_id?: unknown;
  last_assistant_message?: unknown;
}

const HELP = `hook: called by Claude Code before and after the calls that start agents, when one uses a tool, or ends its
turn; not by the session.

Usage: node hook.mjs < EVENT

Takes note in the state file of which turn belongs to which claim, and of an agent's last words; tells the plane now
and then that an agent is at work. Prints nothing. Exit 0, always.
`;
const DISPATCH_ID = /^[0-9a-f]{24}$/;
/** It names a file. */
const AGENT_ID = /^[\w-]+$/;
const RESUME = 'SendMessage';
const SCRIPTS = 'orchestrator/scripts/';
const ASK = '__ask';
/** The session waits for this hook. */
const TELL_MS = 2_000;

async function main(): Promise<void> {
  if (process.argv.some(argument => argument === '--help' || argument === '-h')) {
    return void process.stdout.write(HELP);
  }
  const event = JSON.parse((await readInput(undefined, undefined)) ?? '{}') as HookEvent;
  const scriptPath = fileURLToPath(import.meta.url);
  const project = findProject({ option: undefined, env: process.env, cwd: process.cwd(), scriptPath });
  if (event.hook_event_name === 'SubagentStop') return agentEnded(project.folder, event);
  await callMade(project.folder, event);
  if (event.hook_event_name === 'PreToolUse') return;
  // What happens inside of an agent names it; the calls that start and resume one are the session's own.
  if (event.agent_id === undefined) {
    await scriptRun(project.folder, event);
    return agentStarted(project, event);
  }
  await toolUsed(project.folder, event);
  return signOfWork(project, event);
}

/** Told before the call is made, so that nothing that its agent does can be heard of earlier; and by the agent's own calls. */
async function callMade(folder: string, { tool_input: input }: HookEvent): Promise<void> {
  const state = new StateFile(folder);
  const text = [input?.name, input?.to, input?.prompt, input?.message, input?.dispatch].join('\n');
  if (isCall(state.read(), text)) await state.update(now => noteCalled(now, text));
}

/** A session that is told of running our scripts is told of its calls too. */
async function scriptRun(folder: string, { tool_input: input }: HookEvent): Promise<void> {
  if (typeof input?.command !== 'string' || !input.command.includes(SCRIPTS)) return;
  const [state, session] = [new StateFile(folder), thisSession()];
  if (!isHooked(state.read(), session)) await state.update(now => noteHooked(now, session));
}

async function agentStarted(project: Project, event: HookEvent): Promise<void> {
  const state = new StateFile(project.folder);
  const id = [event.tool_input?.name, event.tool_input?.to].find(isDispatchId);
  const agent = agentIn(event.tool_response);
  if (id === undefined) return;
  if (agent === undefined) {
    if (event.tool_name === RESUME && isTaken(event.tool_response)) await state.update(now => noteQueued(now, id));
    return;
  }
  await state.update(current => {
    noteHanded(current, id, agent);
    const said = takeEarlyEnd(project.folder, agent);
    if (said !== null) noteEnd(project.folder, current, agent, said);
  });
  const held = state.read().dispatches[id];
  // The type itself, as agents:sync wrote it: there its model and its tools hold.
  if (held?.synced !== true || event.tool_input?.subagent_type !== held.agentType) return;
  const { calls } = openConnection(project, process.env);
  await calls.progress(id, { epoch: held.epoch, enforced: { model: true, tools: true } }, { timeoutMs: TELL_MS });
}

/** After a tool an agent has what was queued for it; but for the question itself, for that came before its answer. */
async function toolUsed(folder: string, { agent_id: agent, tool_name: tool }: HookEvent): Promise<void> {
  const state = new StateFile(folder);
  if (typeof agent !== 'string' || (typeof tool === 'string' && tool.endsWith(ASK))) return;
  if (heldBy(state.read(), agent)?.queued === undefined) return;
  await state.update(current => {
    const held = heldBy(current, agent);
    if (held) noteDelivered(held);
  });
}

async function agentEnded(folder: string, { agent_id: agent, last_assistant_message: said }: HookEvent) {
  const state = new StateFile(folder);
  if (typeof agent !== 'string' || !AGENT_ID.test(agent)) return;
  const before = state.read();
  if (heldBy(before, agent) === undefined && !awaitsAgent(before)) return;
  const text = typeof said === 'string' ? said : '';
  await state.update(current => {
    if (heldBy(current, agent)) noteEnd(folder, current, agent, text);
    // Its turn may be over before the hook after its start has run; or it is somebody else's.
    else keepEarlyEnd(folder, agent, text);
  });
}

function noteEnd(folder: string, state: SkillState, agent: string, text: string): void {
  const turn = noteEnded(state, agent, text);
  // First, so that what is known to have ended has its words. Silence is no answer, and some clients tell no words.
  if (turn !== null && text.trim() !== '') keepLastWords(folder, turn, text);
}

const heldBy = ({ dispatches }: SkillState, agent: string): OpenDispatch | undefined =>
  Object.values(dispatches).find(held => held.agent === agent);
const isDispatchId = (value: unknown): value is string => typeof value === 'string' && DISPATCH_ID.test(value);

/** The start and the resume of an agent name it under different words, as fields or in text. */
function agentIn(response: unknown): string | undefined {
  const text = typeof response === 'string' ? response : JSON.stringify(response ?? null);
  return /(?:resumedAgentId|agentId)["'\\:\s]+([\w-]+)/.exec(text)?.[1];
}

/** A message to an agent that is at a turn is taken, with no word of a turn that begins. */
const isTaken = (response: unknown): boolean =>
  /"success"\s*:\s*true/.test(typeof response === 'string' ? response : JSON.stringify(response ?? null));

await main().catch(() => undefined);
