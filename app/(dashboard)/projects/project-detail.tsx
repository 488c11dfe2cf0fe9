'use client';
import { Button } from '@heroui/react/button';
import { X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { Project } from '@/lib/domain/project/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useTitle } from '../_frame/use-title';
import { ProjectCascade } from './project-cascade';
import { ProjectForm } from './project-form';

export function ProjectDetail({ projectId }: { projectId: string }) {
  const router = useRouter();
  const project = useLiveQuery<Project>({
    key: ['project', projectId],
    path: `/api/projects/${projectId}`,
    staleOn: ['project-updated', 'project-deleted'],
    concerns: event => event.data.id === projectId,
  });
  const { data } = project;
  useTitle(data?.name);
  return (
    <section
      aria-label={data?.name ?? 'Project'}
      className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
    >
      <header className="flex h-13 shrink-0 items-center gap-3 border-b border-border pr-2 pl-4">
        <h2 className="truncate text-sm font-semibold">{data?.name ?? ' '}</h2>
        <span className="text-xs text-muted">{data?.kind}</span>
        <Button
          isIconOnly
          size="sm"
          variant="ghost"
          className="ml-auto"
          aria-label="Close the project"
          onPress={() => router.push('/projects')}
        >
          <X />
        </Button>
      </header>
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
          <ProjectForm project={data} />
          <ProjectCascade projectId={projectId} />
        </div>
      )}
    </section>
  );
}
