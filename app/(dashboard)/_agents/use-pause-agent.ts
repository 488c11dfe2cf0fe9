import { toast } from '@heroui/react/toast';
import { useQueryClient } from '@tanstack/react-query';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import type { AllRows } from '@/app/_live/use-live-all';

/** Pause and resume: shown at once, rolled back with the reason when the server refuses. */
export function usePauseAgent() {
  const client = useQueryClient();
  return useAction<AgentType, AgentType, AllRows<AgentType>>({
    run: ({ slug, paused, revision }) =>
      api.patch<AgentType>(`/api/agent-types/${slug}`, { paused: !paused, revision }),
    optimistic: {
      key: ['agent-types'],
      apply: (all, { slug, paused }) => ({
        ...all,
        items: all.items.map(item => (item.slug === slug ? { ...item, paused: !paused } : item)),
      }),
    },
    // The next press counts from this revision, whenever the event of this one comes.
    onDone: saved => {
      client.setQueryData(['agent-type', saved.slug], saved);
      client.setQueryData<AllRows<AgentType>>(
        ['agent-types'],
        all => all && { ...all, items: all.items.map(item => (item.slug === saved.slug ? saved : item)) },
      );
    },
    onRefused: (detail, _error) => toast.danger('Not changed', { description: detail }),
  });
}
