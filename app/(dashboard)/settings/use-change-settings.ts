import { toast } from '@heroui/react/toast';
import type { PatchSettings, Settings } from '@/lib/domain/settings/schema';
import { api } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { SETTINGS_KEY } from '../_queries/use-settings';

export function useChangeSettings(said: string) {
  return useAction<PatchSettings, Settings>({
    run: patch => api.patch<Settings>('/api/settings', patch),
    refreshes: [SETTINGS_KEY, ['health'], ['stats']],
    onDone: () => void toast.success(said),
    onRefused: detail => void toast.danger('Not changed', { description: detail }),
  });
}
