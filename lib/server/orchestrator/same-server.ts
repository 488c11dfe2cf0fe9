import { LOOPBACK_NAMES } from '@/lib/auth/hosts';

/** Whether two addresses name one server: a token made at the one may be shown to the other. */
export function isSameServer(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [asked, known] = [new URL(one), new URL(other)];
  if (asked.origin === known.origin) return true;
  const areLoopback = [asked, known].every(at => LOOPBACK_NAMES.includes(at.hostname));
  return areLoopback && asked.protocol === known.protocol && asked.port === known.port;
}
