'use client';
import { Button } from '@heroui/react/button';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useMemo, useState } from 'react';
import type { Project } from '@/lib/domain/project/schema';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { RowGroup } from '@/app/_ui/row-group';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useProjects } from '../_queries/use-projects';
import { NewProjectDialog } from './new-project-dialog';

interface Branch {
  node: Project;
  depth: number;
}

/** Client › brand › project, each under its parent. */
function branchesOf(nodes: readonly Project[]): Branch[] {
  const below = new Map<string | null, Project[]>();
  for (const node of nodes) below.set(node.parentId, [...(below.get(node.parentId) ?? []), node]);
  const walk = (parentId: string | null, depth: number): Branch[] =>
    (below.get(parentId) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .flatMap(node => [{ node, depth }, ...walk(node.id, depth + 1)]);
  return walk(null, 0);
}

const INDENT = ['pl-4', 'pl-9', 'pl-14'];

export function ProjectTree({ openId }: { openId: string | null }) {
  const projects = useProjects();
  const branches = useMemo(() => branchesOf(projects.data?.items ?? []), [projects.data]);
  const [isNew, setNew] = useState(false);
  const may = useMay();
  return (
    <>
      <PageHeader
        title="Projects"
        note={openId === null ? 'One cascade for context, filters, limits and cost' : undefined}
        actions={
          may.work ? (
            <Button size="sm" onPress={() => setNew(true)}>
              <Plus /> New
            </Button>
          ) : null
        }
      />
      <section
        aria-label="Projects"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        {projects.isError && projects.data === undefined ? (
          <ErrorState
            title="Projects could not be read"
            {...troubleOf(projects.error)}
            onRetry={() => void projects.refetch()}
          />
        ) : projects.data === undefined ? (
          <SkeletonRows rows={8} />
        ) : branches.length === 0 ? (
          <EmptyState
            title="Clients, their brands and their projects stand here."
            action={
              may.work ? (
                <Button size="sm" onPress={() => setNew(true)}>
                  Make the first client
                </Button>
              ) : null
            }
          >
            What is written at each of them goes along, outermost first, with every piece of work below it.
          </EmptyState>
        ) : (
          <RowGroup label="The tree of projects">
            <ul>
              {branches.map(({ node, depth }) => (
                <li key={node.id} data-row>
                  <Link
                    href={`/projects/${node.id}`}
                    prefetch={false}
                    {...(node.id === openId ? { 'aria-current': 'true' as const } : {})}
                    className={`touch flex h-(--row-height) items-center gap-3 border-b border-separator pr-4 text-table focus-visible:-outline-offset-2 ${INDENT[depth] ?? 'pl-14'} ${node.id === openId ? 'bg-default' : 'hover:bg-surface-secondary'}`}
                  >
                    <span className={`truncate ${depth === 0 ? 'font-semibold' : ''}`}>{node.name}</span>
                    {/* Gives way first: it mostly repeats the name. */}
                    <code className="hidden min-w-0 shrink-[99] truncate text-xs text-muted sm:inline">
                      {node.slug}
                    </code>
                    <span className="ml-auto text-xs text-muted">{node.kind}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </RowGroup>
        )}
      </section>
      <NewProjectDialog isOpen={isNew} onClose={() => setNew(false)} nodes={projects.data?.items ?? []} />
    </>
  );
}
