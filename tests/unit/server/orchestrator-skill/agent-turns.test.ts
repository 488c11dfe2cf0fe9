import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fingerprint,
  isOfEarlierTurn,
  noteDelivered,
  noteEnded,
  noteHanded,
  noteQueued,
  toHandIn,
} from '@/lib/server/orchestrator-skill/agent-turns';
import { readLastWords } from '@/lib/server/orchestrator-skill/dispatch-files';
import { StateFile, type OpenDispatch, type SkillState } from '@/lib/server/orchestrator-skill/state';

const ID = 'a'.repeat(24);
const held = (more: Partial<OpenDispatch> = {}): OpenDispatch => ({
  epoch: 1,
  key: 'dk_x',
  leaseMs: 60_000,
  agentType: 'research',
  session: { pid: process.pid, startMark: null },
  phase: 'running',
  claimedAt: '2026-11-21T00:00:00.000Z',
  ...more,
});
const stateOf = (dispatch: OpenDispatch): SkillState => ({ dispatches: { [ID]: dispatch }, ended: [] });

describe('turns of an agent', () => {
  it('tell the words with which it asked from its result', () => {
    const state = stateOf(held());
    const dispatch = state.dispatches[ID]!;
    noteHanded(state, ID, 'a1');
    expect(noteEnded(state, 'a1', 'I asked.\n')).toEqual({ id: ID, epoch: 1 });
    expect(isOfEarlierTurn(dispatch, 'I asked.')).toBe(false);
    // Claimed again; its agent has not been told yet: whatever is handed in now was said before.
    dispatch.epoch = 2;
    expect(isOfEarlierTurn(dispatch, 'anything')).toBe(true);
    noteHanded(state, ID, 'a1');
    expect(isOfEarlierTurn(dispatch, 'I  asked.')).toBe(true);
    expect(isOfEarlierTurn(dispatch, 'The answer.')).toBe(false);
    expect(toHandIn(state)).toEqual([]);
    noteEnded(state, 'a1', 'The answer.');
    expect(isOfEarlierTurn(dispatch, 'The answer.')).toBe(false);
    expect(toHandIn(state)).toEqual([{ id: ID }]);
    expect(toHandIn(state, 60_000)).toEqual([]);
    // Noted before the wall clock was set back.
    dispatch.ended!.atMs += 3_600_000;
    expect(toHandIn(state, 60_000)).toEqual([{ id: ID }]);
  });

  it('stand in nobody’s way where no hook tells of them', () => {
    const dispatch = held({ epoch: 2 });
    expect(isOfEarlierTurn(dispatch, 'asked')).toBe(false);
    expect(noteEnded(stateOf(dispatch), 'a1', 'x')).toBeNull();
    noteHanded(stateOf(dispatch), 'b'.repeat(24), 'a1');
    expect(dispatch.agent).toBeUndefined();
  });

  it('are told apart when the answer is sent before the turn is over in which it was asked for', () => {
    const state = stateOf(held({ epoch: 2, agent: 'a1', handed: 1 }));
    const dispatch = state.dispatches[ID]!;
    noteQueued(state, ID);
    noteEnded(state, 'a1', 'asked');
    expect(isOfEarlierTurn(dispatch, 'asked')).toBe(true);
    expect(toHandIn(state)).toEqual([]);
    noteEnded(state, 'a1', 'The answer.');
    expect(isOfEarlierTurn(dispatch, 'The answer.')).toBe(false);
    expect(toHandIn(state)).toEqual([{ id: ID }]);
  });

  it('are one when the answer reaches an agent at a tool of the same turn', () => {
    const state = stateOf(held({ epoch: 2, agent: 'a1', handed: 1 }));
    noteQueued(state, ID);
    noteDelivered(state.dispatches[ID]!);
    noteEnded(state, 'a1', 'The answer.');
    expect(isOfEarlierTurn(state.dispatches[ID]!, 'The answer.')).toBe(false);
    expect(toHandIn(state)).toEqual([{ id: ID }]);
  });

  it('begin at once with an answer that is told to be queued after the end of the one before', () => {
    const state = stateOf(held({ epoch: 2, agent: 'a1', handed: 1 }));
    noteEnded(state, 'a1', 'asked');
    noteQueued(state, ID);
    noteEnded(state, 'a1', 'The answer.');
    expect(isOfEarlierTurn(state.dispatches[ID]!, 'asked')).toBe(false);
    expect(toHandIn(state)).toEqual([{ id: ID }]);
  });

  it('that wait for an answer owe nothing', () => {
    const state = stateOf(held({ agent: 'a1', handed: 1 }));
    noteEnded(state, 'a1', 'asked');
    state.dispatches[ID]!.phase = 'waiting';
    expect(toHandIn(state)).toEqual([]);
  });
});

describe('an end that is told before the start of its turn', () => {
  let folder: string;
  let state: StateFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-turns-'));
    state = new StateFile(files());
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  const files = () => join(folder, '.claude', 'switchboard');
  /** As Claude Code calls it. */
  async function hook(event: object): Promise<void> {
    const script = resolve('orchestrator-skill', 'skills', 'orchestrator', 'scripts', 'hook.mjs');
    const env = { ...process.env, CLAUDE_PROJECT_DIR: folder };
    const running = spawn(process.execPath, [script], { env, stdio: ['pipe', 'ignore', 'inherit'] });
    const exited = new Promise(done => running.once('exit', done));
    running.stdin.end(JSON.stringify(event));
    await exited;
  }
  const hold = (dispatch: OpenDispatch) => state.update(({ dispatches }) => void (dispatches[ID] = dispatch));
  const end = (agent: string, said: string) =>
    hook({ hook_event_name: 'SubagentStop', agent_id: agent, last_assistant_message: said });
  const resume = { tool_name: 'SendMessage', tool_input: { to: ID, message: `dispatch: ${ID}` } };
  const start = { tool_name: 'Agent', tool_input: { name: ID, prompt: `dispatch: ${ID}` } };

  function expectAnswer(): void {
    expect(toHandIn(state.read())).toEqual([{ id: ID }]);
    expect(isOfEarlierTurn(state.read().dispatches[ID]!, 'The answer.')).toBe(false);
    expect(readLastWords(files(), ID, 2)).toBe('The answer.');
  }

  it('is of the turn that was called for, however late its start is told', async () => {
    const asked = { epoch: 1, said: fingerprint('asked'), atMs: 0 };
    await hold(held({ epoch: 2, agent: 'a1', handed: 1, ended: asked }));
    await hook({ hook_event_name: 'PreToolUse', ...resume });
    await end('a1', 'The answer.');
    expectAnswer();
    await hook({ hook_event_name: 'PostToolUse', ...resume, tool_response: { success: true, resumedAgentId: 'a1' } });
    expectAnswer();
    await hook({ hook_event_name: 'PostToolUse', ...resume, tool_response: { success: true } });
    expectAnswer();
  });

  it('is of the turn before while nothing was called for', async () => {
    const asked = { epoch: 1, said: fingerprint('asked'), atMs: 0 };
    await hold(held({ epoch: 2, called: 1, agent: 'a1', handed: 1, ended: asked }));
    await end('a1', 'I still wait.');
    expect(toHandIn(state.read())).toEqual([]);
    expect(isOfEarlierTurn(state.read().dispatches[ID]!, 'I still wait.')).toBe(true);
  });

  it('is kept for an agent that the client has not named yet, and counts once it has', async () => {
    await hold(held());
    await hook({ hook_event_name: 'PreToolUse', ...start });
    await end('a1', 'Quick.');
    expect(toHandIn(state.read())).toEqual([]);
    await hook({
      hook_event_name: 'PostToolUse',
      ...start,
      tool_response: { status: 'async_launched', agentId: 'a1' },
    });
    expect(toHandIn(state.read())).toEqual([{ id: ID }]);
    expect(readLastWords(files(), ID, 1)).toBe('Quick.');
  });
});
