import type { ToolCall } from '@/lib/domain/tool-call/schema';
import { formatDuration } from '@/app/_ui/duration';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { ClockTime } from '@/app/_ui/time-ago';
import { placeOfCall, type CallScale } from './call-timeline';

export const CALL_ROW_PX = 36;
/** A call of a millisecond in a session of an hour is still seen. */
const LEAST_PX = 3;

export function CallRow({ call, scale }: { call: ToolCall; scale: CallScale | null }) {
  return (
    <div className="flex h-full items-center gap-2 border-b border-separator px-4 text-table sm:gap-3">
      <ClockTime at={call.startedAt} className="text-2xs text-muted" />
      <StatusWord status={call.status} className="w-18 shrink-0" />
      <code className={`truncate text-xs ${call.error ? 'shrink-0' : 'min-w-0 flex-1 lg:w-40 lg:flex-none'}`}>
        {call.tool}
      </code>
      {call.error ? (
        <span className={`min-w-0 flex-1 truncate text-xs ${LAMP_TEXT.failed}`} title={call.error}>
          {call.error}
        </span>
      ) : (
        <CallBar call={call} scale={scale} />
      )}
      <span className="tabular shrink-0 text-right sm:w-14 text-xs whitespace-nowrap text-muted">
        {formatDuration(call.durationMs)}
      </span>
    </div>
  );
}

/** When in the session it was, and for how long; the figures beside it say the same in words. */
function CallBar({ call, scale }: { call: ToolCall; scale: CallScale | null }) {
  if (scale === null) return <span className="hidden flex-1 lg:block" />;
  const { left, width } = placeOfCall(call, scale);
  return (
    <span aria-hidden className="relative hidden h-full flex-1 lg:block">
      <span
        className={`absolute top-1/2 h-2.5 -translate-y-1/2 rounded-xs bg-current ${LAMP_TEXT[meaningOf(call.status).lamp]}`}
        style={{ left: `min(${left}%, 100% - ${LEAST_PX}px)`, width: `${width}%`, minWidth: LEAST_PX }}
      />
    </span>
  );
}
