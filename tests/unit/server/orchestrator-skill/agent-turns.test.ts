import { describe, expect, it } from 'vitest';
import { isOfEarlierTurn, noteEnded, noteHanded, toHandIn } from '@/lib/server/orchestrator-skill/agent-turns';
import type { OpenDispatch, SkillState } from '@/lib/server/orchestrator-skill/state';

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
  });

  it('stand in nobody’s way where no hook tells of them', () => {
    const dispatch = held({ epoch: 2 });
    expect(isOfEarlierTurn(dispatch, 'asked')).toBe(false);
    expect(noteEnded(stateOf(dispatch), 'a1', 'x')).toBeNull();
    noteHanded(stateOf(dispatch), 'b'.repeat(24), 'a1');
    expect(dispatch.agent).toBeUndefined();
  });

  it('that wait for an answer owe nothing', () => {
    const state = stateOf(held({ agent: 'a1', handed: 1 }));
    noteEnded(state, 'a1', 'asked');
    state.dispatches[ID]!.phase = 'waiting';
    expect(toHandIn(state)).toEqual([]);
  });
});
