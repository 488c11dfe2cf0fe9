import Link from 'next/link';
import type { Activity } from '@/lib/domain/activity/schema';
import { ChangeList } from '@/app/_ui/change-list';
import { TimeAgo } from '@/app/_ui/time-ago';

const PAGES: Record<string, string> = {
  thread: '/threads',
  task: '/tasks',
  'agent-type': '/agents',
  project: '/projects',
};

export function ActivityDetails({ row }: { row: Activity }) {
  const page = PAGES[row.subject.kind];
  return (
    <div className="flex flex-col gap-3">
      <p className="text-table text-muted">
        {row.actor.label} ({row.actor.kind}), <TimeAgo at={row.at} />
        {page ? (
          <>
            {' · '}
            <Link href={`${page}/${row.subject.id}`} className="underline underline-offset-2">
              open the {row.subject.kind}
            </Link>
          </>
        ) : null}
      </p>
      <p className="text-table">
        {row.subject.kind} <code className="text-xs select-all">{row.subject.id}</code>
      </p>
      {row.changes.length === 0 ? (
        <p className="text-table text-muted">No field changed.</p>
      ) : (
        <ChangeList changes={row.changes} />
      )}
    </div>
  );
}
