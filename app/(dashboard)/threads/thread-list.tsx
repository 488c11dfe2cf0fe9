'use client';
import { Button } from '@heroui/react/button';
import { Plus } from 'lucide-react';
import { parseAsBoolean, useQueryState } from 'nuqs';
import type { Thread } from '@/lib/domain/thread/schema';
import { ClearAllFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { NewThreadDialog } from './new-thread-dialog';
import { ThreadFilterBar } from './thread-filter-bar';
import { THREAD_CARD_PX, THREAD_ROW_PX, ThreadCard, ThreadHead, ThreadRow } from './thread-row';
import { useThreadFilters } from './use-thread-filters';

const RAW_INSERT = `db.messages.insertOne({assignedTo: "research", body: "hello"})`;

export function ThreadList({ openId }: { openId: string | null }) {
  const filterState = useThreadFilters();
  const [isNew, setNew] = useQueryState('new', parseAsBoolean.withDefault(false));
  const may = useMay();
  const compact = useNarrow() || openId !== null;
  return (
    <>
      <PageHeader
        title="Threads"
        actions={
          may.work ? (
            <Button size="sm" onPress={() => void setNew(true)}>
              <Plus /> New thread
            </Button>
          ) : null
        }
      />
      <section
        aria-label="Threads"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <ThreadFilterBar state={filterState} compact={openId !== null} />
        <ThreadRows openId={openId} compact={compact} state={filterState} />
      </section>
      <NewThreadDialog isOpen={isNew} onClose={() => void setNew(null)} />
    </>
  );
}

interface ThreadRowsProps {
  openId: string | null;
  compact: boolean;
  state: ReturnType<typeof useThreadFilters>;
}

function ThreadRows({ openId, compact, state }: ThreadRowsProps) {
  const { filters, isFiltered, clear } = state;
  const { q, status, priority, assignedTo, project } = filters;
  const list = useLiveList<Thread>({
    key: ['threads', filters],
    path: '/api/threads',
    query: { q: q || null, status, priority, assignedTo, projectId: project },
    staleOn: ['thread-created', 'thread-updated', 'thread-deleted', 'message-created'],
  });
  if (list.isError && list.items.length === 0) {
    return (
      <ErrorState title="Threads could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />
    );
  }
  if (list.isPending) return <SkeletonRows rows={14} />;
  if (list.items.length === 0 && isFiltered) {
    return <EmptyState title="No thread matches." action={<ClearAllFilters onClear={() => void clear()} />} />;
  }
  if (list.items.length === 0) {
    return (
      <EmptyState title="Every conversation with agents and among them stands here." command={RAW_INSERT}>
        Start one with New thread, or insert a message straight into the database:
      </EmptyState>
    );
  }
  return (
    <>
      {compact ? null : <ThreadHead />}
      <VirtualRows
        label="Threads, the latest first"
        items={list.items}
        keyOf={thread => thread.id}
        rowHeight={compact ? THREAD_CARD_PX : THREAD_ROW_PX}
        onEnd={list.loadMore}
        openKey={openId}
        className="flex-1"
        render={thread =>
          compact ? <ThreadCard thread={thread} isOpen={thread.id === openId} /> : <ThreadRow thread={thread} />
        }
      />
    </>
  );
}
