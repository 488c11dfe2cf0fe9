'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { Panel } from '@/app/_ui/panel';
import { TimeUntil } from '@/app/_ui/time-ago';

/** Provider accounts at their limit. Seldom any: then there is no panel. */
export function HeldAccountsPanel({ health: { heldAccounts } }: { health: SystemHealth }) {
  const [lifting, setLifting] = useState<string | null>(null);
  const may = useMay();
  const lift = useAction<string, void>({
    run: account => api.delete(`/api/accounts/${encodeURIComponent(account)}/hold`),
    refreshes: [['health']],
    onRefused: detail => void toast.danger('Not lifted', { description: detail }),
  });
  if (heldAccounts.length === 0) return null;
  return (
    <Panel id="accounts" title="Held accounts" note={`${heldAccounts.length}`}>
      <ul className="flex flex-col divide-y divide-separator">
        {heldAccounts.map(({ account, until }) => (
          <li key={account} className="flex min-h-(--row-height) items-center gap-3 px-4 text-table">
            <span className="mono min-w-0 flex-1 truncate text-xs" title={account}>
              {account}
            </span>
            <TimeUntil at={until} className="tabular text-muted" />
            {may.work ? (
              <Button size="sm" variant="ghost" className="h-7 px-2 text-xs" onPress={() => setLifting(account)}>
                Lift
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        isOpen={lifting !== null}
        onClose={() => setLifting(null)}
        title={`Lift the hold of ${lifting}?`}
        confirm="Lift it"
        onConfirm={() => lifting !== null && lift.mutate(lifting)}
      >
        Its orchestrators claim again at once. Where its provider still refuses, it is held anew.
      </ConfirmDialog>
    </Panel>
  );
}
