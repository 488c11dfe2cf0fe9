'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { NO_DATA, formatDuration } from '@/app/_ui/duration';
import { EmptyState } from '@/app/_ui/empty-state';
import { Panel } from '@/app/_ui/panel';

const inWords = (seconds: number | null): string => (seconds === null ? NO_DATA : formatDuration(seconds * 1_000));

/** Durable readers of the stream: how far each is behind, and how old the position is that it would resume from. */
export function ConsumersPanel({ health }: { health: SystemHealth }) {
  const [leaving, setLeaving] = useState<string | null>(null);
  const may = useMay();
  const remove = useAction<string, void>({
    run: name => api.delete(`/api/consumers/${encodeURIComponent(name)}`),
    refreshes: [['health']],
    onRefused: detail => void toast.danger('Not removed', { description: detail }),
  });
  return (
    <Panel id="consumers" title="Consumers" note={`${health.consumers.length}`} scrolls="sideways">
      {health.consumers.length === 0 ? (
        <EmptyState
          title="Readers that keep their place over restarts stand here."
          command="npm run orchestrator -- --exec claude"
        />
      ) : (
        <table className="w-full text-table">
          <thead className="text-left text-xs text-muted">
            <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
              <th className="pl-4">name</th>
              <th className="pr-6 text-right">behind</th>
              <th className="hidden pr-2 text-right whitespace-nowrap sm:table-cell">age of its position</th>
              <th className="w-20">
                <span className="sr-only">remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {health.consumers.map(({ name, lagSeconds, tokenAgeSeconds }) => (
              <tr key={name} className="tabular h-(--row-height) border-b border-separator last:border-b-0">
                <td className="mono w-full max-w-0 truncate pl-4 text-xs">{name}</td>
                <td className="pr-6 text-right whitespace-nowrap">{inWords(lagSeconds)}</td>
                <td className="hidden pr-2 text-right sm:table-cell">{inWords(tokenAgeSeconds)}</td>
                <td className="pr-2 text-right">
                  {may.work ? (
                    <Button size="sm" variant="ghost" className="h-7 px-2 text-xs" onPress={() => setLeaving(name)}>
                      Remove
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ConfirmDialog
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Remove ${leaving}?`}
        confirm="Remove it"
        onConfirm={() => leaving !== null && remove.mutate(leaving)}
      >
        It forgets its place: when it comes back it begins with what is new then.
      </ConfirmDialog>
    </Panel>
  );
}
