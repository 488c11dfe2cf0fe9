'use client';
import type { ToolCall } from '@/lib/domain/tool-call/schema';
import { troubleOf } from '@/app/_live/api';
import { useLiveList } from '@/app/_live/use-live-list';
import { formatDuration } from '@/app/_ui/duration';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { LAMP_TEXT } from '@/app/_ui/status';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { ClockTime } from '@/app/_ui/time-ago';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { DetailPanel } from '../_frame/detail-panel';

const ROW_PX = 36;

/** What one session called, the latest first. */
export function SessionDetail({ sessionId }: { sessionId: string }) {
  const calls = useLiveList<ToolCall>({
    key: ['tool-calls', sessionId],
    path: '/api/tool-calls',
    query: { sessionId },
    staleOn: ['tool:start', 'tool:done', 'tool:error'],
    concerns: event => event.data['sessionId'] === sessionId,
  });
  return (
    <DetailPanel
      title="Tool calls"
      facts={<code className="truncate text-xs text-muted select-all">{sessionId}</code>}
      backHref="/sessions"
      backLabel="Close the session"
    >
      {calls.isError && calls.items.length === 0 ? (
        <ErrorState
          title="Tool calls could not be read"
          {...troubleOf(calls.error)}
          onRetry={() => void calls.refetch()}
        />
      ) : calls.isPending ? (
        <SkeletonRows rows={10} />
      ) : calls.items.length === 0 ? (
        <EmptyState title="No tool call yet.">Each one shows here as it begins and ends.</EmptyState>
      ) : (
        <VirtualRows
          label="Tool calls, the latest first"
          items={calls.items}
          keyOf={call => call.id}
          rowHeight={ROW_PX}
          onEnd={calls.loadMore}
          className="flex-1"
          render={call => <CallRow call={call} />}
        />
      )}
    </DetailPanel>
  );
}

function CallRow({ call }: { call: ToolCall }) {
  return (
    <div className="flex h-full items-center gap-3 border-b border-separator px-4 text-table">
      <ClockTime at={call.startedAt} className="text-2xs text-muted" />
      <StatusWord status={call.status} className="w-20 shrink-0" />
      <code className="shrink-0 text-xs">{call.tool}</code>
      {call.error ? <span className={`min-w-0 truncate text-xs ${LAMP_TEXT.failed}`}>{call.error}</span> : null}
      <span className="tabular ml-auto text-xs whitespace-nowrap text-muted">{formatDuration(call.durationMs)}</span>
    </div>
  );
}
