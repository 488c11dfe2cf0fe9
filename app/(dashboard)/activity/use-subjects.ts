import { useMemo } from 'react';
import type { Activity } from '@/lib/domain/activity/schema';
import { useAgentTypes } from '../_queries/use-agent-types';
import { useProjects } from '../_queries/use-projects';

const PAGES: Record<string, string> = {
  thread: '/threads',
  task: '/tasks',
  run: '/runs',
  session: '/sessions',
  project: '/projects',
};

export interface Subjects {
  /** What people call it: a type by its slug, a project by its name; else its id. */
  nameOf: (subject: Activity['subject']) => string;
  /** Its own page; null: it has none, or is gone. */
  hrefOf: (subject: Activity['subject']) => string | null;
}

/** The log knows everything by its id; an agent type is known to people, and to its page, by its slug. */
export function useSubjects(): Subjects {
  const agents = useAgentTypes().data?.items;
  const projects = useProjects().data?.items;
  return useMemo(() => {
    const slugs = new Map((agents ?? []).map(({ id, slug }) => [id, slug]));
    const names = new Map((projects ?? []).map(({ id, name }) => [id, name]));
    return {
      nameOf: ({ kind, id }) => (kind === 'agent-type' ? slugs.get(id) : names.get(id)) ?? id,
      hrefOf: ({ kind, id }) => {
        if (kind === 'agent-type') return slugs.has(id) ? `/agents/${slugs.get(id)}` : null;
        const page = PAGES[kind];
        return page === undefined ? null : `${page}/${id}`;
      },
    };
  }, [agents, projects]);
}
