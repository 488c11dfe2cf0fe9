'use client';
import type { ProjectContext } from '@/lib/domain/project/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { Markdown } from '@/app/_ui/markdown';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';

/** What an agent is given for work here: every step of the cascade, outermost first. */
export function ProjectCascade({ projectId, isLeaving }: { projectId: string; isLeaving: boolean }) {
  const { data } = useLiveQuery<ProjectContext>({
    key: ['project-context', projectId],
    path: `/api/projects/${projectId}/context`,
    staleOn: ['project-updated', 'project-deleted'],
    enabled: !isLeaving,
  });
  if (data === undefined) return <SkeletonRows rows={3} />;
  return (
    <section className="border-t border-border pt-5">
      <h3 className="mb-3 text-table font-semibold">What agents get for work here</h3>
      <ol className="flex flex-col gap-4 border-l border-border pl-4">
        {data.steps.map(step => (
          <li key={step.id}>
            <p className="mb-1 flex items-baseline gap-2 text-xs">
              <span className="font-medium">{step.name}</span>
              <span className="text-muted">{step.kind}</span>
            </p>
            {step.context.trim() === '' ? (
              <p className="text-table text-muted">Nothing written at this step.</p>
            ) : (
              <Markdown text={step.context} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
