'use client';
import Link from 'next/link';
import type { Activity } from '@/lib/domain/activity/schema';
import { ChangeList } from '@/app/_ui/change-list';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useSubjects } from './use-subjects';

export function ActivityDetails({ row }: { row: Activity }) {
  const { nameOf, hrefOf } = useSubjects();
  const href = hrefOf(row.subject);
  const name = nameOf(row.subject);
  return (
    <div className="flex flex-col gap-3">
      <p className="text-table text-muted">
        {row.actor.label} ({row.actor.kind}), <TimeAgo at={row.at} />
        {href ? (
          <>
            {' · '}
            <Link href={href} className="underline underline-offset-2">
              open the {row.subject.kind}
            </Link>
          </>
        ) : null}
      </p>
      <p className="text-table">
        {row.subject.kind} {name === row.subject.id ? null : <span className="font-medium">{name} </span>}
        <code className="text-xs select-all">{row.subject.id}</code>
      </p>
      {row.changes.length === 0 ? (
        <p className="text-table text-muted">No field changed.</p>
      ) : (
        <ChangeList changes={row.changes} />
      )}
    </div>
  );
}
