'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';

/** What a person may do with an attempt now. */
export function DispatchActions({ dispatch }: { dispatch: DispatchRecord }) {
  const may = useMay();
  const action = useAction<'cancel' | 'accept' | 'discard', unknown>({
    run: verb => api.post(`/api/dispatches/${dispatch.id}/${verb}`),
    onRefused: detail => toast.danger('Not done', { description: detail }),
  });
  if (!may.work) return null;
  const button = (verb: 'cancel' | 'accept' | 'discard', label: string) => (
    <Button
      size="sm"
      variant="ghost"
      className="h-6 px-2 text-xs"
      isDisabled={action.isPending}
      onPress={() => action.mutate(verb)}
    >
      {label}
    </Button>
  );
  return (
    <>
      {dispatch.status === 'running' || dispatch.status === 'waiting' ? button('cancel', 'Stop') : null}
      {dispatch.lateOutput ? button('accept', 'Accept late output') : null}
      {dispatch.lateOutput ? button('discard', 'Discard it') : null}
    </>
  );
}
