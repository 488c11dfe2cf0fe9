'use client';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { StreamEvent } from '@/app/_live/connection';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { Markdown } from '@/app/_ui/markdown';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { recordOf } from '../_inbox/inbox-words';
import { TaskResultPart } from '../tasks/task-result';
import { DispatchRow } from '../_work/dispatch-row';

const isAbout =
  (id: string) =>
  ({ data }: StreamEvent): boolean =>
    data.id === id;

/** The task it is, with what was handed in, and the attempt it came from. */
export function ItemBackground({ item }: { item: InboxItem }) {
  return (
    <>
      {recordOf(item) === 'task' ? <OwnTask taskId={item.id} /> : null}
      {item.dispatchId ? <Attempt dispatchId={item.dispatchId} item={item} /> : null}
    </>
  );
}

function OwnTask({ taskId }: { taskId: string }) {
  const { data } = useLiveQuery<Task>({
    key: ['task', taskId],
    path: `/api/tasks/${taskId}`,
    staleOn: ['task-updated', 'task-deleted'],
    concerns: isAbout(taskId),
  });
  if (data === undefined) return null;
  return (
    <>
      {data.input === '' ? null : (
        <section>
          <h3 className="mb-2 text-xs font-medium text-muted">What is asked</h3>
          <Markdown text={data.input} />
        </section>
      )}
      <TaskResultPart task={data} />
    </>
  );
}

function Attempt({ dispatchId, item }: { dispatchId: string; item: InboxItem }) {
  const { data, isPending } = useLiveQuery<DispatchRecord>({
    key: ['dispatch', dispatchId],
    path: `/api/dispatches/${dispatchId}`,
    staleOn: ['dispatch-updated'],
    concerns: isAbout(dispatchId),
  });
  const isLate = item.kind === 'late-output';
  if (isPending) return isLate ? <SkeletonRows rows={4} /> : null;
  // Past retention: what it left is all there is.
  const output = data?.lateOutput?.output ?? item.text;
  return (
    <>
      {isLate ? (
        <section>
          <h3 className="mb-2 text-xs font-medium text-muted">
            What came back{data?.lateOutput ? ` under epoch ${data.lateOutput.epoch}, which was over` : ''}
          </h3>
          <Markdown text={output === '' ? '(empty output)' : output} />
        </section>
      ) : null}
      {data === undefined ? null : (
        <section>
          <h3 className="mb-2 text-xs font-medium text-muted">Its attempt</h3>
          <DispatchRow dispatch={data} isBare={isLate} />
        </section>
      )}
    </>
  );
}
