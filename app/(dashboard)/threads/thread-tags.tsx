'use client';
import type { ProjectContext } from '@/lib/domain/project/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { useProjects } from '../_queries/use-projects';

/** Client, brand and project, and each label: all follow from the project node, and each says from which. */
export function ThreadTags({ projectId }: { projectId: string | null }) {
  const { data } = useLiveQuery<ProjectContext>({
    key: ['project-context', projectId],
    path: `/api/projects/${projectId}/context`,
    staleOn: ['project-updated', 'project-deleted'],
    enabled: projectId !== null,
  });
  const nodes = useProjects().data?.items ?? [];
  if (projectId === null || data === undefined) return null;
  // The innermost node that has a label gives it.
  const giverOf = (label: string): string | undefined =>
    data.steps.findLast(step => nodes.find(node => node.id === step.id)?.labels[label] !== undefined)?.kind;
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium">Tags</h3>
      <dl className="flex flex-col gap-1 text-xs">
        {data.steps.map(step => (
          <Tag key={step.id} name={step.kind} value={step.name} from={undefined} />
        ))}
        {Object.entries(data.labels).map(([name, value]) => (
          <Tag key={name} name={name} value={value} from={giverOf(name)} />
        ))}
      </dl>
    </section>
  );
}

function Tag({ name, value, from }: { name: string; value: string; from: string | undefined }) {
  return (
    <div className="flex items-baseline gap-2">
      <dt className="w-14 shrink-0 truncate text-muted">{name}</dt>
      <dd className="min-w-0 truncate" title={value}>
        {value}
      </dd>
      {from === undefined ? null : <dd className="ml-auto whitespace-nowrap text-muted">from the {from}</dd>}
    </div>
  );
}
