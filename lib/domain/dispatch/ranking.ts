import { MINUTE_MS } from '../../kernel/clock';
import type { Priority } from '../fields';

/**
 * How long each priority lets more urgent work go ahead of it. Rank is `due time + head start given`, so an item
 * that waited this long stands level with fresh urgent work: ageing by one fixed, indexable number.
 */
export const YIELDS_MS: Record<Priority, number> = {
  urgent: 0,
  high: 10 * MINUTE_MS,
  normal: 30 * MINUTE_MS,
  low: 60 * MINUTE_MS,
};

/** For rows of different priority that became due in the same moment. */
export const PRIORITY_ORDER: Record<Priority, number> = { low: 0, normal: 1, high: 2, urgent: 3 };
