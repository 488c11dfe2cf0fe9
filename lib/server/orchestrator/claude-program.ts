import { randomUUID } from 'node:crypto';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import type { Logger } from '@/lib/telemetry/logger';
import { ResultEvents, readClaudeFailure, readClaudeResult } from './claude-result';
import type { Program } from './program';

const SERVER = 'switchboard';
/** Also by its path, where it is not on PATH: taken for some other program it would get neither its model nor its tools. */
const isClaude = (command: string): boolean =>
  /^(?:"[^"]*\/claude"|'[^']*\/claude'|(?:[^\s=;|&"']*\/)?claude)(?:\s|$)/.test(command);

export interface ClaudeOptions {
  calls: Pick<DispatchCalls, 'progress'>;
  log: Logger;
  newId?: () => string;
}

/** The program for `--exec claude [options]`, or null when the command is something else. */
export function claudeProgram(command: string, { calls, log, newId = randomUUID }: ClaudeOptions): Program | null {
  if (!isClaude(command)) return null;
  /** Sessions whose transcript is on this machine; a resume of another one starts afresh from the whole thread. */
  const sessions = new SessionMemory();
  return {
    start: dispatch => {
      const known = dispatch.mode === 'resume' && dispatch.agentId !== null && sessions.has(dispatch.agentId);
      const session = known ? (dispatch.agentId as string) : newId();
      sessions.note(dispatch, session);
      return {
        command: `${command} "$@"`,
        args: claudeArguments(dispatch, session, known),
        stdin: dispatch.prompt,
        output: new ResultEvents(),
      };
    },
    started: dispatch => {
      const agentId = sessions.of(dispatch);
      const enforced = { model: dispatch.agentType.model !== 'inherit', tools: dispatch.agentType.tools.length > 0 };
      calls
        .progress(dispatch.id, { epoch: dispatch.epoch, agentId, enforced })
        .catch((error: unknown) => log.warn({ dispatch: dispatch.id, err: error }, 'agent id not reported'));
    },
    read: readClaudeResult,
    readFailure: readClaudeFailure,
  };
}

/**
 * The token stays out of the arguments, which any user of the machine can list: the client expands the variable, which
 * only the child's environment holds. The key is in the prompt, as the argument `dispatch` of every call.
 */
export function claudeArguments(dispatch: Dispatch, session: string, resume: boolean): string[] {
  const { model, tools, thinking } = dispatch.agentType;
  const mcp = {
    mcpServers: {
      [SERVER]: {
        type: 'http',
        url: '${SWITCHBOARD_MCP_URL}',
        headers: { Authorization: 'Bearer ${SWITCHBOARD_TOKEN}' },
      },
    },
  };
  const builtIn = tools.filter(tool => !tool.startsWith('mcp__')).map(tool => tool.replace(/\(.*$/, ''));
  const sessionOption = resume ? ['--resume', session] : ['--session-id', session];
  const modelOption = model === 'inherit' ? [] : ['--model', model];
  // `off` has no word of its own there; the type's wish is then left to the session.
  const effortOption = thinking === 'off' ? [] : ['--effort', thinking];
  const toolsOption = tools.length === 0 ? [] : ['--tools', builtIn.join(',')];
  const allowed = ['--allowedTools', [`mcp__${SERVER}__*`, ...tools].join(',')];
  const config = ['--mcp-config', JSON.stringify(mcp)];
  return [
    '-p',
    // One event a line as it goes, so that a claude at work is seen to get on; with `json` it is silent to its end.
    '--output-format',
    'stream-json',
    '--verbose',
    ...sessionOption,
    ...modelOption,
    ...effortOption,
    ...config,
    ...toolsOption,
    ...allowed,
  ];
}

const MAX_SESSIONS = 1_000;

class SessionMemory {
  readonly #byDispatch = new Map<string, string>();

  note(dispatch: Dispatch, session: string): void {
    this.#byDispatch.delete(dispatch.id);
    this.#byDispatch.set(dispatch.id, session);
    const oldest = this.#byDispatch.keys().next();
    if (this.#byDispatch.size > MAX_SESSIONS && !oldest.done) this.#byDispatch.delete(oldest.value);
  }

  of(dispatch: Dispatch): string | undefined {
    return this.#byDispatch.get(dispatch.id);
  }

  has(session: string): boolean {
    return [...this.#byDispatch.values()].includes(session);
  }
}
