import { randomUUID } from 'node:crypto';
import { MAX_OUTPUT_CHARACTERS, type Dispatch } from '@/lib/domain/dispatch/schema';
import type { Usage } from '@/lib/domain/fields';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import type { Logger } from '@/lib/telemetry/logger';
import { clip } from './bounded-text';
import type { Outcome } from './outcome';
import type { Program } from './program';

/** What `claude -p --output-format json` prints at its end, as far as it is read here. */
interface ClaudeResult {
  type: string;
  subtype?: string;
  is_error?: boolean;
  result?: string;
  total_cost_usd?: number;
  usage?: { input_tokens?: number; output_tokens?: number };
}

/** Its JSON holds the answer, escaped, and more: cut in the middle it could not be read at all. */
const MAX_RESULT_CHARACTERS = 2_000_000;
const SERVER = 'switchboard';
const isClaude = (command: string): boolean => /^claude(?:\s|$)/.test(command);

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
        maxOutputCharacters: MAX_RESULT_CHARACTERS,
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
    '--output-format',
    'json',
    ...sessionOption,
    ...modelOption,
    ...effortOption,
    ...config,
    ...toolsOption,
    ...allowed,
  ];
}

/** A run that ended well prints one JSON object; anything else is passed on as it is. */
export function readClaudeResult(stdout: string): Outcome {
  const result = parse(stdout);
  if (result === null)
    return { kind: 'fail', error: `claude -p printed no result:\n${stdout.slice(0, 2_000)}`, retryable: true };
  if (result.is_error === true || typeof result.result !== 'string') {
    const why = typeof result.result === 'string' ? result.result : (result.subtype ?? 'no result');
    return { kind: 'fail', error: `claude -p: ${why.slice(0, 4_000)}`, retryable: true, usage: usageOf(result) };
  }
  return { kind: 'complete', output: clip(result.result, MAX_OUTPUT_CHARACTERS), usage: usageOf(result) };
}

/**
 * A usage limit, a refused token or an API in trouble ends `claude -p` with 1, its stderr empty and the reason in its
 * result: read by the exit code alone, work that another hour could do would be dead.
 */
function readClaudeFailure(stdout: string): Outcome | null {
  const outcome = parse(stdout) === null ? null : readClaudeResult(stdout);
  return outcome?.kind === 'fail' ? outcome : null;
}

function usageOf(result: ClaudeResult): Usage {
  const usage: Usage = {};
  if (Number.isInteger(result.usage?.input_tokens)) usage.inputTokens = result.usage?.input_tokens;
  if (Number.isInteger(result.usage?.output_tokens)) usage.outputTokens = result.usage?.output_tokens;
  if (typeof result.total_cost_usd === 'number') usage.costUsd = result.total_cost_usd;
  return usage;
}

function parse(stdout: string): ClaudeResult | null {
  try {
    const value: unknown = JSON.parse(stdout);
    return typeof value === 'object' && value !== null && (value as ClaudeResult).type === 'result'
      ? (value as ClaudeResult)
      : null;
  } catch {
    return null;
  }
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
