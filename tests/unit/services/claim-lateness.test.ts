import { describe, expect, it } from 'vitest';
import { ClaimLateness } from '@/lib/services/messages/adoption/claim-lateness';

/** `noted` takes the time it is told, so that a late claim needs no wait here. */
const agoMs = (ms: number) => performance.now() - ms;

describe('how long a raw message is left to its claim', () => {
  it('is short while nobody claims, longer while somebody does, and the longer the later', () => {
    const lateness = new ClaimLateness();
    expect(lateness.waitMs).toBe(200);
    lateness.noted('a', agoMs(10));
    lateness.claimed('a');
    expect(lateness.waitMs).toBe(1_000);
    lateness.noted('b', agoMs(2_000));
    lateness.claimed('b');
    expect(lateness.waitMs).toBeGreaterThanOrEqual(4_000);
    lateness.noted('c', agoMs(60_000));
    lateness.claimed('c');
    expect(lateness.waitMs).toBe(5_000);
    for (let n = 0; n < 100; n += 1) lateness.claimed('on time');
    expect(lateness.waitMs).toBe(1_000);
  });

  it('learns nothing from what had to wait for a slot', () => {
    const lateness = new ClaimLateness();
    lateness.noted('a', agoMs(4_000));
    lateness.leftOut('a');
    lateness.claimed('a');
    expect(lateness.waitMs).toBe(1_000);
  });
});
