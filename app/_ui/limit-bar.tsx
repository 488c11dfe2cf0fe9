import { formatCount } from './number';

/** More segments than this are no longer read one by one: a plain bar then. */
const MAX_SEGMENTS = 8;

interface LimitBarProps {
  /** Undefined: not counted yet. */
  running: number | undefined;
  limit: number;
  /** Work that is due waits for a place. */
  isWanted: boolean;
}

/** Running against the limit, as lit lamps of a row; the numbers stand beside it. */
export function LimitBar({ running: counted, limit, isWanted }: LimitBarProps) {
  const running = counted ?? 0;
  const tone = running >= limit && isWanted ? 'bg-waiting' : 'bg-running';
  return (
    <span
      className="inline-flex items-center gap-2 align-middle"
      title={`${formatCount(counted)} running of at most ${limit}`}
    >
      <span aria-hidden className="hidden h-2 w-16 gap-0.5 sm:flex">
        {limit <= MAX_SEGMENTS ? (
          Array.from({ length: limit }, (_, index) => (
            <span key={index} className={`h-full flex-1 rounded-[2px] ${index < running ? tone : 'bg-default'}`} />
          ))
        ) : (
          <span className="h-full flex-1 overflow-hidden rounded-[2px] bg-default">
            <span className={`block h-full ${tone}`} style={{ width: `${Math.min(100, (running / limit) * 100)}%` }} />
          </span>
        )}
      </span>
      <span className="tabular text-table">
        {formatCount(counted)}
        <span className="text-muted">/{formatCount(limit)}</span>
      </span>
    </span>
  );
}
