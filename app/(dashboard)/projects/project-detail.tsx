'use client';
import { useState } from 'react';
import type { Project } from '@/lib/domain/project/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { DetailPanel } from '../_frame/detail-panel';
import { useTitle } from '../_frame/use-title';
import { ProjectCascade } from './project-cascade';
import { ProjectForm } from './project-form';

export function ProjectDetail({ projectId }: { projectId: string }) {
  // Under its own deletion it is not read again: that it is gone is then no trouble.
  const [isLeaving, setLeaving] = useState(false);
  const project = useLiveQuery<Project>({
    key: ['project', projectId],
    path: `/api/projects/${projectId}`,
    staleOn: ['project-updated', 'project-deleted'],
    concerns: event => event.data.id === projectId,
    enabled: !isLeaving,
  });
  const { data } = project;
  useTitle(data?.name);
  return (
    <DetailPanel
      title={data?.name}
      facts={<span className="text-xs text-muted">{data?.kind}</span>}
      backHref="/projects"
      backLabel="Close the project"
    >
      {isNotFound(project.error) ? (
        <EmptyState title="There is no such project." />
      ) : project.isError && data === undefined ? (
        <ErrorState
          title="The project could not be read"
          {...troubleOf(project.error)}
          onRetry={() => void project.refetch()}
        />
      ) : data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <div className="flex min-h-0 flex-col gap-6 overflow-y-auto p-4 sm:p-5">
          <ProjectForm project={data} onLeaving={setLeaving} />
          <ProjectCascade projectId={projectId} isLeaving={isLeaving} />
        </div>
      )}
    </DetailPanel>
  );
}
