import { atMost } from '../../../kernel/at-most';
import { hex } from '../../../store/ids';
import type { DueItem } from '../../../store/work-items';
import type { Plane } from '../../context';

/** A driver's transaction that wrote one of them holds it up until it ends; what stands behind it waits too. */
const TAKEN_UP_WITHIN_MS = 250;

/**
 * Takes up the raw messages that opened the threads of these. Whoever calls looks again which of them still stand behind
 * one: what is stuck, and what no write can carry, holds up its own lane alone.
 */
export async function takeUpOpeners({ adoption, log, clock }: Plane, behind: DueItem[]): Promise<void> {
  if (behind.length === 0) return;
  const taking = adoption
    .takeUp([...new Set(behind.map(({ item }) => hex(item.lane)))])
    .catch(err => log.warn({ err }, 'the first message of a thread cannot be taken up'));
  await atMost(TAKEN_UP_WITHIN_MS, taking, clock);
}
