import { readFileSync, statSync } from 'node:fs';
import { ageMs } from '@/lib/kernel/clock';
import { writePrivateFile } from '../orchestrator/private-file';
import { openConnection } from './connection';
import { signFile } from './dispatch-files';
import type { Project } from './project';
import { StateFile } from './state';

/** A tool that an agent used, as Claude Code tells it. */
export interface ToolUse {
  agent_id?: unknown;
  tool_name?: unknown;
  tool_input?: { percent?: unknown; state?: unknown } | null;
}

/** What was said of one turn so far: the agent's own words, when it used `report_progress`. */
interface Sign {
  own?: { percent?: number; state?: string };
}

/** Far below the spans after which an agent counts as quiet; more often would only make more events. */
const EVERY_MS = 15_000;
/** The agent's next step waits for this hook. */
const TELL_MS = 2_000;
const MAX_STATE_CHARACTERS = 2_000;
const OWN_REPORT = '__report_progress';

/**
 * An agent that uses tools is at work, whatever it says of itself: the plane hears of it now and then. The name of the
 * tool and nothing of what it was given. Words that the agent itself reported are said again, never replaced.
 */
export async function signOfWork(project: Project, use: ToolUse): Promise<void> {
  const { agent_id: agent, tool_name: tool } = use;
  if (typeof agent !== 'string' || typeof tool !== 'string') return;
  const { dispatches } = new StateFile(project.folder).read();
  const [id, held] = Object.entries(dispatches).find(([, one]) => one.agent === agent) ?? [];
  if (id === undefined || held?.phase !== 'running' || held.handed !== held.epoch) return;
  const path = signFile(project.folder, id, held.epoch);
  if (tool.endsWith(OWN_REPORT)) return writeSign(path, { own: ownWords(use) });
  if (ageMs(writtenAtMs(path), Date.now()) < EVERY_MS) return;
  const sign = readSign(path);
  // First, so that tools used at the same time do not all tell.
  writeSign(path, sign);
  const { calls } = openConnection(project, process.env);
  const body = { epoch: held.epoch, ...(sign.own ?? { state: `at work: ${tool}` }) };
  await calls.progress(id, body, { timeoutMs: TELL_MS });
}

function ownWords({ tool_input: input }: ToolUse): NonNullable<Sign['own']> {
  const { percent, state } = input ?? {};
  return {
    ...(typeof percent === 'number' ? { percent } : {}),
    ...(typeof state === 'string' ? { state: state.slice(0, MAX_STATE_CHARACTERS) } : {}),
  };
}

const writeSign = (path: string, sign: Sign): void => writePrivateFile(path, JSON.stringify(sign));

function readSign(path: string): Sign {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Sign;
  } catch {
    return {};
  }
}

function writtenAtMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
