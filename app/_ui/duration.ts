import { durationWords } from '@/lib/kernel/duration-words';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** No data is a dash, never a zero. */
export const NO_DATA = '–';

export function formatDuration(ms: number | null | undefined): string {
  return ms === null || ms === undefined || !Number.isFinite(ms) ? NO_DATA : durationWords(ms);
}

/** Age of a heartbeat: `0.4 s`, then whole seconds. */
export const formatAge = (ms: number): string =>
  ms < 10 * SECOND ? `${(ms / SECOND).toFixed(1)} s` : formatDuration(ms);

/** How long ago, in whole steps, so that a row does not flicker; less than nothing is yet to come. */
export function formatAgo(ms: number): string {
  if (ms < -5 * SECOND) return `in ${formatDuration(-ms)}`;
  if (ms < 5 * SECOND) return 'now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} d ago`;
}

const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

export const formatAbsolute = (at: string): string => `${absolute.format(new Date(at))}\n${at}`;
/** `12:04:31.220`, local time. */
export const formatClock = (at: string | number): string => clock.format(new Date(at));
