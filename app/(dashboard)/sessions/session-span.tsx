import type { Session } from '@/lib/domain/session/schema';
import { formatDuration } from '@/app/_ui/duration';

/** From its first call to its last: an open one may yet go on, and what it is idle for is not its work. */
export function SessionSpan({ session, className = '' }: { session: Session; className?: string }) {
  const lastedMs = Date.parse(session.lastActiveAt) - Date.parse(session.openedAt);
  return <span className={`tabular ${className}`}>{formatDuration(Math.max(0, lastedMs))}</span>;
}
