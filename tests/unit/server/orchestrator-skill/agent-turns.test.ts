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
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-turns-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

  it('waits for it, so that an answer is not taken for the words with which the agent asked', async () => {
    const state = new StateFile(join(folder, '.claude', 'switchboard'));
    await state.update(current => {
      const asked = { epoch: 1, said: fingerprint('asked'), atMs: 0 };
      current.dispatches[ID] = held({ epoch: 2, agent: 'a1', handed: 1, ended: asked });
    });
    const hook = resolve('orchestrator-skill', 'skills', 'orchestrator', 'scripts', 'hook.mjs');
    const env = { ...process.env, CLAUDE_PROJECT_DIR: folder };
    const running = spawn(process.execPath, [hook], { env, stdio: ['pipe', 'ignore', 'inherit'] });
    const exited = new Promise(done => running.once('exit', done));
    const event = { hook_event_name: 'SubagentStop', agent_id: 'a1', last_assistant_message: 'The answer.' };
    running.stdin.end(JSON.stringify(event));
    await new Promise(done => setTimeout(done, 500));
    await state.update(current => noteHanded(current, ID, 'a1'));
    await exited;
    expect(toHandIn(state.read())).toEqual([{ id: ID }]);
    expect(isOfEarlierTurn(state.read().dispatches[ID]!, 'The answer.')).toBe(false);
  });
});
