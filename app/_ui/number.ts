import { NO_DATA, formatDuration } from './duration';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export const formatCount = (value: number | null | undefined): string =>
  value === null || value === undefined ? NO_DATA : whole.format(value);

export const formatRate = (value: number | null | undefined): string =>
  value === null || value === undefined ? NO_DATA : short.format(value);

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NO_DATA;
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${short.format(value)} ${UNITS[unit]}`;
}

/** `last 15 min`: a number's window, said beside it. */
export const formatWindow = (seconds: number): string => `last ${formatDuration(seconds * 1_000)}`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
