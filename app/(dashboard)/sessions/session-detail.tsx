'use client';
import { useMemo } from 'react';
import type { Session } from '@/lib/domain/session/schema';
import type { ToolCall } from '@/lib/domain/tool-call/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { useLiveList } from '@/app/_live/use-live-list';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { DetailPanel } from '../_frame/detail-panel';
import { useListHref } from '../_frame/use-list-href';
import { useTitle } from '../_frame/use-title';
import { CALL_ROW_PX, CallRow } from './call-row';
import { scaleOf } from './call-timeline';
import { SessionFacts } from './session-facts';

const inSession = (sessionId: string) => (event: { data: Record<string, unknown> }) =>
  event.data['sessionId'] === sessionId;

/** One session: who called, and its calls on a common line of time. */
export function SessionDetail({ sessionId }: { sessionId: string }) {
  const { data: session, error } = useLiveQuery<Session>({
    key: ['session', sessionId],
    path: `/api/sessions/${sessionId}`,
    staleOn: ['session:close', 'session:expired', 'tool:start', 'tool:done', 'tool:error'],
    concerns: inSession(sessionId),
  });
  const name = session && (session.agentType ?? session.client);
  useTitle(name);
  return (
    <DetailPanel
      title={name}
      facts={session ? <StatusWord of="session" status={session.status} chip className="shrink-0" /> : null}
      backHref={useListHref('/sessions')(null)}
      backLabel="Close the session"
    >
      {isNotFound(error) ? (
        <EmptyState title="There is no such session.">It is past retention, or belongs to another tenant.</EmptyState>
      ) : (
        <>
          {session ? <SessionFacts session={session} /> : null}
          <SessionCalls sessionId={sessionId} />
        </>
      )}
    </DetailPanel>
  );
}

function SessionCalls({ sessionId }: { sessionId: string }) {
  const calls = useLiveList<ToolCall>({
    key: ['tool-calls', sessionId],
    path: '/api/tool-calls',
    query: { sessionId },
    staleOn: ['tool:start', 'tool:done', 'tool:error'],
    concerns: inSession(sessionId),
  });
  const scale = useMemo(() => scaleOf(calls.items), [calls.items]);
  if (calls.isError && calls.items.length === 0) {
    return (
      <ErrorState
        title="Tool calls could not be read"
        {...troubleOf(calls.error)}
        onRetry={() => void calls.refetch()}
      />
    );
  }
  if (calls.isPending) return <SkeletonRows rows={10} />;
  if (calls.items.length === 0) {
    return <EmptyState title="No tool call yet.">Each one shows here as it begins and ends.</EmptyState>;
  }
  return (
    <VirtualRows
      label="Tool calls, the latest first"
      items={calls.items}
      keyOf={call => call.id}
      rowHeight={CALL_ROW_PX}
      onEnd={calls.loadMore}
      className="flex-1"
      render={call => <CallRow call={call} scale={scale} />}
    />
  );
}
