import { useMemo } from 'react';
import type { Project } from '@/lib/domain/project/schema';
import { useLiveAll } from '@/app/_live/use-live-all';

/** The whole tree: every name on every page needs it, and a node without its parent would be in no tree. */
export function useProjects() {
  return useLiveAll<Project>({
    key: ['projects'],
    path: '/api/projects',
    staleOn: ['project-created', 'project-updated', 'project-deleted'],
  });
}

export interface ProjectNames {
  /** Its own name, for where the path has no room. */
  nameOf: (id: string | null | undefined) => string | null;
  /** `client › brand › project`, outermost first. */
  pathOf: (id: string | null | undefined) => string | null;
  choices: { value: string; label: string; note: string }[];
}

export function useProjectNames(): ProjectNames {
  const { data } = useProjects();
  return useMemo(() => {
    const nodes = new Map((data?.items ?? []).map(node => [node.id, node]));
    const pathOf: ProjectNames['pathOf'] = id => {
      const names: string[] = [];
      // Three levels by construction; the bound keeps a broken parent chain from turning for ever.
      for (
        let node = nodes.get(id ?? '');
        node !== undefined && names.length < 3;
        node = nodes.get(node.parentId ?? '')
      ) {
        names.unshift(node.name);
      }
      return names.length === 0 ? null : names.join(' › ');
    };
    const nameOf: ProjectNames['nameOf'] = id => nodes.get(id ?? '')?.name ?? null;
    const choices = [...nodes.values()]
      .map(node => ({ value: node.id, label: pathOf(node.id) ?? node.name, note: node.kind }))
      .toSorted((a, b) => a.label.localeCompare(b.label));
    return { nameOf, pathOf, choices };
  }, [data]);
}
