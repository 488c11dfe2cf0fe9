import Link from 'next/link';
import { EmptyState } from '@/app/_ui/empty-state';

/** Before the planner's first plan there is nothing to draw. */
export function NoTasks({ planTaskId }: { planTaskId: string | undefined }) {
  return (
    <EmptyState title="The planner has planned no task yet.">
      {planTaskId === undefined ? null : (
        <>
          What it does meanwhile is on{' '}
          <Link href={`/tasks/${planTaskId}`} className="underline underline-offset-2">
            the plan task
          </Link>
          . It needs an orchestrator that claims work.
        </>
      )}
    </EmptyState>
  );
}
