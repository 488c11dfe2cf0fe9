import { toast } from '@heroui/react/toast';
import { useQueryClient } from '@tanstack/react-query';
import type { PatchSettings, Settings } from '@/lib/domain/settings/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { SETTINGS_KEY } from '../_queries/use-settings';

export function useChangeSettings(said: string) {
  const client = useQueryClient();
  return useAction<PatchSettings, Settings>({
    run: patch => api.patch<Settings>('/api/settings', patch),
    refreshes: [['health'], ['stats']],
    onDone: saved => {
      // The next change counts from this revision.
      client.setQueryData(SETTINGS_KEY, saved);
      toast.success(said);
    },
    onRefused: detail => void toast.danger('Not changed', { description: detail }),
  });
}
