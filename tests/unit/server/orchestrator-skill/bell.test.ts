import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bell, MAX_LINE_CHARACTERS, lineOf } from '@/lib/server/orchestrator-skill/bell';
import { EVENT_TYPES } from '@/lib/domain/event/schema';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const open = () => {
  const lines: string[] = [];
  return { lines, bell: new Bell({ ring: line => lines.push(line) }) };
};

describe('bell', () => {
  it('rings at once after a silence, then gathers for 2.5 s', () => {
    const { bell, lines } = open();
    bell.event('message-created');
    expect(lines).toEqual(['{"do":"next","events":{"message-created":1}}']);
    bell.event('message-created');
    bell.event('task-created');
    bell.event('message-created');
    vi.advanceTimersByTime(2_499);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines[1]).toBe('{"do":"next","events":{"message-created":2,"task-created":1}}');
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(2);
  });

  it('gathers no longer when the wall clock is set back meanwhile', () => {
    const { bell, lines } = open();
    bell.event('message-created');
    vi.setSystemTime(Date.now() - 3_600_000);
    bell.event('message-created');
    vi.advanceTimersByTime(2_500);
    expect(lines).toHaveLength(2);
  });

  it('never rings faster than that, however many events come', () => {
    const { bell, lines } = open();
    for (let ms = 0; ms < 60_000; ms += 10) {
      bell.event('message-created');
      vi.advanceTimersByTime(10);
    }
    expect(lines.length).toBeLessThanOrEqual(25);
    const told = lines.reduce((sum, line) => sum + (JSON.parse(line).events['message-created'] as number), 0);
    expect(told).toBeGreaterThanOrEqual(6_000 - 250);
  });

  it('sends to status when agents have to be stopped', () => {
    const { bell, lines } = open();
    bell.stop(2);
    expect(lines).toEqual(['{"do":"status","stop":2}']);
  });

  it('lets go of a position only when what rang before it is printed', () => {
    const { bell } = open();
    const acked: string[] = [];
    bell.event('message-created');
    bell.whenRung(() => acked.push('p1'));
    expect(acked).toEqual(['p1']);
    bell.event('message-created');
    bell.whenRung(() => acked.push('p2'));
    expect(acked).toEqual(['p1']);
    vi.advanceTimersByTime(2_500);
    expect(acked).toEqual(['p1', 'p2']);
  });

  it('keeps its longest line within the limit', () => {
    const events = new Map(EVENT_TYPES.slice(0, 7).map(type => [type, 999_999]));
    expect(lineOf({ events, stop: 99, due: true, check: true }).length).toBeLessThan(MAX_LINE_CHARACTERS);
  });
});
