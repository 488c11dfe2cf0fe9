import { describe, expect, it } from 'vitest';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { stateOf, waitingOf } from '@/app/(dashboard)/_agents/agent-state';
import { reasonOf } from '@/app/(dashboard)/_work/use-reason-of';

const agent = (more: Partial<AgentType> = {}) =>
  ({ slug: 'qa', enabled: true, paused: false, concurrency: 2, ...more }) as AgentType;
const load = (running: number, waiting: number, held = 0) => ({ running, waiting, held });

describe('how an agent type stands', () => {
  it.each([
    ['idle', load(0, 0)],
    ['queued', load(0, 3)],
    ['running', load(1, 3)],
    ['at limit', load(2, 3)],
    ['running', load(2, 0, 3)],
    ['held', load(0, 0, 3)],
    ['queued', load(0, 1, 3)],
    ['–', undefined],
  ])('is %s with %o', (state, counted) => expect(stateOf(agent(), counted, false)).toBe(state));

  it('is held while all dispatch is paused and something of it is due', () => {
    expect(stateOf(agent(), load(0, 3), true)).toBe('held');
    expect(stateOf(agent(), load(1, 3), true)).toBe('running');
    expect(stateOf(agent(), load(0, 0), true)).toBe('idle');
    expect(stateOf(agent({ paused: true }), load(0, 3), true)).toBe('paused');
  });

  it('counts as waiting what is held, too', () => {
    expect([waitingOf(load(1, 2, 3)), waitingOf(undefined)]).toEqual([5, undefined]);
  });
});

describe('why work waits', () => {
  it('is the pause of all dispatch for what is due, with what was said before; its own reason for the rest', () => {
    expect(reasonOf({ status: 'queued', reason: null }, true)).toBe('all dispatch is paused');
    expect(reasonOf({ status: 'ready', reason: 'attempt 1: boom' }, true)).toBe(
      'all dispatch is paused · attempt 1: boom',
    );
    expect(reasonOf({ status: 'held', reason: 'qa is paused' }, true)).toBe('qa is paused');
    expect(reasonOf({ status: 'queued', reason: null }, false)).toBeNull();
  });
});
