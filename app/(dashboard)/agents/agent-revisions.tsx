'use client';
import type { AgentType, AgentTypeRevision } from '@/lib/domain/agent-type/schema';
import { MAX_PAGE } from '@/lib/domain/fields';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { ChangeList } from '@/app/_ui/change-list';
import { ErrorState } from '@/app/_ui/error-state';
import { plural } from '@/app/_ui/number';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { TimeAgo } from '@/app/_ui/time-ago';
import { RevisionCompare } from './revision-compare';
import { RollBack } from './roll-back';

/** Every save, the newest first; going back is itself a save. */
export function AgentRevisions({ agent }: { agent: AgentType }) {
  const { slug } = agent;
  const revisions = useLiveQuery<{ items: AgentTypeRevision[] }>({
    key: ['agent-revisions', slug],
    path: `/api/agent-types/${slug}/revisions`,
    query: { limit: MAX_PAGE },
    staleOn: ['agent-type-updated'],
  });
  if (revisions.isError && revisions.data === undefined) {
    return (
      <ErrorState
        title="Revisions could not be read"
        {...troubleOf(revisions.error)}
        onRetry={() => void revisions.refetch()}
      />
    );
  }
  if (revisions.data === undefined) return <SkeletonRows rows={6} />;
  const newestFirst = revisions.data.items.toSorted((a, b) => b.revision - a.revision);
  return (
    <>
      <RevisionCompare newestFirst={newestFirst} />
      <ol className="flex max-w-2xl flex-col">
        {newestFirst.map(revision => (
          <RevisionItem key={revision.revision} agent={agent} revisions={newestFirst} revision={revision} />
        ))}
      </ol>
    </>
  );
}

interface RevisionItemProps {
  agent: AgentType;
  revisions: readonly AgentTypeRevision[];
  revision: AgentTypeRevision;
}

function RevisionItem({ agent, revisions, revision }: RevisionItemProps) {
  const may = useMay();
  const isCurrent = revision.revision === agent.revision;
  return (
    <li className="relative border-l border-border pb-5 pl-5 last:pb-0">
      <span
        aria-hidden
        className={`absolute top-1.5 -left-[5px] size-2.5 rounded-full border-2 border-surface ${isCurrent ? 'bg-foreground' : 'bg-border-strong'}`}
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-table">
        <span className="tabular font-medium">Revision {revision.revision}</span>
        {isCurrent ? <span className="rounded-sm bg-default px-1.5 text-2xs">current</span> : null}
        <span className="text-xs text-muted">
          {revision.by} · <TimeAgo at={revision.at} />
        </span>
        {may.work && !isCurrent ? <RollBack agent={agent} revisions={revisions} revision={revision.revision} /> : null}
      </div>
      {revision.changes.length > 0 ? (
        <details className="mt-1">
          <summary className="touch cursor-pointer text-xs text-muted">
            {plural(revision.changes.length, 'field')}: {revision.changes.map(({ field }) => field).join(', ')}
          </summary>
          <div className="mt-2">
            <ChangeList changes={revision.changes} />
          </div>
        </details>
      ) : (
        <p className="text-xs text-muted">as it was made</p>
      )}
    </li>
  );
}
