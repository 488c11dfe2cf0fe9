'use client';
import type { ProjectContext } from '@/lib/domain/project/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';

/** Client, brand and project, and each label: all follow from the project node, so each says where it comes from. */
export function ThreadTags({ projectId }: { projectId: string | null }) {
  const { data } = useLiveQuery<ProjectContext>({
    key: ['project-context', projectId],
    path: `/api/projects/${projectId}/context`,
    staleOn: ['project-updated', 'project-deleted'],
    enabled: projectId !== null,
  });
  if (projectId === null || data === undefined) return null;
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium">Tags</h3>
      <dl className="flex flex-col gap-1 text-xs">
        {data.steps.map(step => (
          <Tag key={step.id} name={step.kind} value={step.slug} from={step.name} />
        ))}
        {Object.entries(data.labels).map(([name, value]) => (
          <Tag key={name} name={name} value={value} from="label" />
        ))}
      </dl>
    </section>
  );
}

function Tag({ name, value, from }: { name: string; value: string; from: string }) {
  return (
    <div className="flex items-baseline gap-2">
      <dt className="w-14 shrink-0 truncate text-muted">{name}</dt>
      <dd className="min-w-0 truncate">{value}</dd>
      <dd className="ml-auto truncate text-muted" title="Where it comes from">
        {from}
      </dd>
    </div>
  );
}
