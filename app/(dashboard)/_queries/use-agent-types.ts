import { useMemo } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { HUMAN } from '@/lib/domain/fields';
import { useLiveAll } from '@/app/_live/use-live-all';
import { useLiveQuery } from '@/app/_live/use-live-query';

const STALE_ON = ['agent-type-created', 'agent-type-updated', 'agent-type-deleted'] as const;

/** All of them, whatever a page of the API holds: a type that is not listed could not be found, nor work be sent to it. */
export function useAgentTypes() {
  return useLiveAll<AgentType>({ key: ['agent-types'], path: '/api/agent-types', staleOn: STALE_ON });
}

export function useAgentType(slug: string, enabled = true) {
  return useLiveQuery<AgentType>({
    key: ['agent-type', slug],
    path: `/api/agent-types/${encodeURIComponent(slug)}`,
    staleOn: STALE_ON,
    concerns: event => event.data['slug'] === undefined || event.data['slug'] === slug,
    enabled,
  });
}

/**
 * Whom work can be addressed to, as choices of a field. `named`: whom the field names now, one of them also when that is
 * people, or a type that was deleted: a field that shows nothing would say that nobody is named.
 */
export function useAgentChoices(named: string | null = null): { value: string; label: string; note: string }[] {
  const { data } = useAgentTypes();
  return useMemo(() => {
    const choices = (data?.items ?? []).map(({ slug, name }) => ({ value: slug, label: slug, note: name }));
    if (named === null || choices.some(({ value }) => value === named)) return choices;
    const note = named === HUMAN ? 'people' : data === undefined ? '' : 'no such agent type';
    return [{ value: named, label: named, note }, ...choices];
  }, [data, named]);
}
