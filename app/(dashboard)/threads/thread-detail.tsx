'use client';
import type { Thread } from '@/lib/domain/thread/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { DetailPanel } from '../_frame/detail-panel';
import { useListHref } from '../_frame/use-list-href';
import { useTitle } from '../_frame/use-title';
import { openQuestions } from '../_queries/open-questions';
import { firstLine } from '../_work/first-line';
import { Composer } from './composer';
import { MessageStream } from './message-stream';
import { ThreadFacts } from './thread-facts';
import { useOutbox } from './use-outbox';
import { useDispatches, useMessages, useThread } from './use-thread';

export function ThreadDetail({ threadId }: { threadId: string }) {
  const thread = useThread(threadId);
  const title = thread.data && firstLine(thread.data.title);
  useTitle(title);
  return (
    <DetailPanel
      title={title}
      facts={thread.data ? <StatusWord of="thread" status={thread.data.status} chip className="shrink-0" /> : null}
      backHref={useListHref('/threads')(null)}
      backLabel="Close the thread"
    >
      {isNotFound(thread.error) ? (
        <EmptyState title="There is no such thread.">It may have been deleted, or belong to another tenant.</EmptyState>
      ) : thread.isError && thread.data === undefined ? (
        <ErrorState
          title="The thread could not be read"
          {...troubleOf(thread.error)}
          onRetry={() => void thread.refetch()}
        />
      ) : thread.data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <ThreadBody thread={thread.data} />
      )}
    </DetailPanel>
  );
}

function ThreadBody({ thread }: { thread: Thread }) {
  const outbox = useOutbox(thread.id);
  const { messages } = useMessages(thread.id);
  const dispatches = useDispatches(thread.id);
  const [question = null] = openQuestions(messages, [...dispatches.values()].flat());
  const may = useMay();
  return (
    <div className="flex min-h-0 flex-1 flex-col xl:flex-row">
      <div className="order-2 flex min-h-0 min-w-0 flex-1 flex-col xl:order-1">
        <MessageStream
          threadId={thread.id}
          sending={outbox.sending}
          openQuestionId={may.work ? (question?.id ?? null) : null}
        />
        {may.work ? <Composer thread={thread} outbox={outbox} question={question} /> : null}
      </div>
      <ThreadFacts thread={thread} />
    </div>
  );
}
