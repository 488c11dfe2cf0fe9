import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import {
  LIVE_EVENTS,
  LIVE_STATES,
  LIVE_TRANSITIONS,
  nextLiveState,
  type LiveAction,
  type LiveEvent,
  type LiveState,
} from '@/lib/sdk/live-state';

/** The whole table once more, by hand: a change of it has to be meant. */
const EXPECTED: Record<LiveState, Record<LiveEvent, `${LiveState} ${LiveAction}`>> = {
  connecting: {
    opened: 'live none',
    lost: 'reconnecting pause',
    overdue: 'offline none',
    refused: 'unauthenticated park',
    retry: 'connecting connect',
  },
  live: {
    opened: 'live none',
    lost: 'reconnecting pause',
    overdue: 'live none',
    refused: 'unauthenticated park',
    retry: 'live none',
  },
  reconnecting: {
    opened: 'live none',
    lost: 'reconnecting pause',
    overdue: 'offline none',
    refused: 'unauthenticated park',
    retry: 'reconnecting connect',
  },
  offline: {
    opened: 'live none',
    lost: 'offline pause',
    overdue: 'offline none',
    refused: 'unauthenticated park',
    retry: 'offline connect',
  },
  unauthenticated: {
    opened: 'live none',
    lost: 'unauthenticated park',
    overdue: 'unauthenticated none',
    refused: 'unauthenticated park',
    retry: 'connecting connect',
  },
};

describe('live state', () => {
  for (const state of LIVE_STATES) {
    for (const event of LIVE_EVENTS) {
      it(`${state} + ${event} = ${EXPECTED[state][event]}`, () => {
        const outcome = nextLiveState(state, event);
        expect(`${outcome.state} ${outcome.action}`).toBe(EXPECTED[state][event]);
      });
    }
  }

  it('after any history an opened stream is live, and a refusal is the only thing that parks it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...LIVE_EVENTS), { maxLength: 30 }), events => {
        const state = events.reduce<LiveState>((at, event) => nextLiveState(at, event).state, 'connecting');
        expect(nextLiveState(state, 'opened').state).toBe('live');
        const refusedLast = state === 'unauthenticated';
        expect(LIVE_TRANSITIONS[state].lost.action).toBe(refusedLast ? 'park' : 'pause');
        if (refusedLast) expect(events).toContain('refused');
      }),
    );
  });
});
