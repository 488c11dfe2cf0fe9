import { DAY_MS } from '../../kernel/clock';
import { invalidField } from '../errors';
import { END_OF_TIME_MS, FIRST_TIME_MS } from '../fields';
import type { CostsQuery } from './schema';

const DEFAULT_DAYS = 30;
/** A year and a leap day on both sides of it; dispatches are past retention long before, by default. */
const MOST_DAYS = 400;

export interface TimeRange {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

const midnight = (ms: number): number => ms - (ms % DAY_MS);
const isDate = (text: string): boolean => !text.includes('T');

const defaultFrom = (toMs: number): number => Math.max(FIRST_TIME_MS, midnight(toMs - 1) - (DEFAULT_DAYS - 1) * DAY_MS);

/** Days are UTC. A date is the whole day, so one day is `from` and `to` of the same date. */
export function costRange({ from, to }: Pick<CostsQuery, 'from' | 'to'>, nowMs: number): TimeRange {
  const toMs = to === undefined ? midnight(nowMs) + DAY_MS : Date.parse(to) + (isDate(to) ? DAY_MS : 0);
  // The end is told too, and is the day after: of the last date there is, that is a year of five digits.
  if (toMs >= END_OF_TIME_MS) throw invalidField('to', `got ${to}, wants a date before 9999-12-31`);
  const fromMs = from === undefined ? defaultFrom(toMs) : Date.parse(from);
  if (fromMs >= toMs) throw invalidField('from', `got ${from}, wants a time before ${new Date(toMs).toISOString()}`);
  if (toMs - fromMs > MOST_DAYS * DAY_MS) {
    throw invalidField('from', `got ${from}, wants at most ${MOST_DAYS} days before \`to\``);
  }
  return { fromMs, toMs };
}
