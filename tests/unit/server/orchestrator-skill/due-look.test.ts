import { afterEach, describe, expect, it, vi } from 'vitest';
import { DUE_POLL_MS, DueLook } from '@/lib/server/orchestrator-skill/due-look';

afterEach(() => void vi.useRealTimers());

/** After so many rings for work that stays due. */
const backlog = (rings: number): DueLook => {
  const look = new DueLook();
  for (let ring = 0; ring < rings; ring += 1) look.rung(0);
  return look;
};

describe('the look for due work', () => {
  it('comes ever more seldom while the same work stays due, ten minutes apart at the most', () => {
    expect(new DueLook().isTime(0)).toBe(true);
    expect(backlog(1).isTime(DUE_POLL_MS)).toBe(true);
    expect(backlog(2).isTime(DUE_POLL_MS)).toBe(false);
    expect(backlog(2).isTime(2 * DUE_POLL_MS)).toBe(true);
    expect(backlog(20).isTime(570_000)).toBe(false);
    expect(backlog(20).isTime(600_000)).toBe(true);
  });

  it('comes half a minute after an event at the latest, however long the silence was', () => {
    const look = backlog(20);
    look.heard(1_000);
    expect(look.isTime(1_000)).toBe(false);
    expect(look.isTime(1_000 + DUE_POLL_MS)).toBe(true);
    look.rung(1_000 + DUE_POLL_MS);
    expect(look.isTime(1_000 + 2 * DUE_POLL_MS)).toBe(true);
  });

  it('starts from the shortest silence again once nothing was due', () => {
    const look = backlog(20);
    look.nothing();
    look.rung(600_000);
    expect(look.isTime(600_000 + DUE_POLL_MS)).toBe(true);
  });

  it('goes on in another process where it was, and no longer than any silence after the clock was set', () => {
    const kept = backlog(20).kept(0, 5_000_000);
    const wait = (wallMs: number) => new DueLook(kept, 0, wallMs);
    expect(wait(5_000_000).isTime(570_000)).toBe(false);
    expect(wait(5_000_000).isTime(600_000)).toBe(true);
    expect(wait(5_000_000 + 600_000).isTime(0)).toBe(true);
    expect(wait(0).isTime(600_000)).toBe(true);
    const again = wait(5_000_000);
    again.rung(600_000);
    expect(again.isTime(600_000 + 500_000)).toBe(false);
  });

  it('does not wait out the hour by which the wall clock is set back', () => {
    vi.useFakeTimers({ now: 10_000_000 });
    const look = new DueLook();
    look.rung();
    vi.setSystemTime(10_000_000 - 3_600_000);
    expect(look.isTime()).toBe(false);
    vi.advanceTimersByTime(DUE_POLL_MS);
    expect(look.isTime()).toBe(true);
  });
});
