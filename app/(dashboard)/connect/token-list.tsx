'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { ApiToken } from '@/lib/domain/identity/schema';
import { api, troubleOf } from '@/app/_live/api';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { Panel } from '@/app/_ui/panel';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo, TimeUntil } from '@/app/_ui/time-ago';
import { useNow } from '@/app/_ui/use-now';
import { tokenState } from './token-state';
import { TOKENS_KEY, useTokens } from './use-tokens';

const SECOND_MS = 1_000;
/** Stays in sight where the table is wider than the screen. */
const ACT = 'sticky right-0 bg-surface [tbody>tr:last-child>&]:rounded-br-lg';

export function TokenList({ className = '' }: { className?: string }) {
  const tokens = useTokens();
  const now = useNow(SECOND_MS);
  const [leaving, setLeaving] = useState<ApiToken | null>(null);
  const revoke = useAction<ApiToken, void>({
    run: ({ id }) => api.delete(`/api/tokens/${encodeURIComponent(id)}`),
    refreshes: [TOKENS_KEY],
    onRefused: detail => void toast.danger('Not revoked', { description: detail }),
  });
  const items = tokens.data?.items;
  return (
    <Panel title="Tokens" note={items ? String(items.length) : null} className={className} scrolls="sideways">
      {tokens.isError && items === undefined ? (
        <ErrorState
          title="Tokens could not be read"
          {...troubleOf(tokens.error)}
          onRetry={() => void tokens.refetch()}
        />
      ) : items === undefined ? (
        <SkeletonRows rows={4} />
      ) : items.length === 0 ? (
        <EmptyState title="Tokens that were made stand here, to be revoked." />
      ) : (
        <table className="w-full text-table">
          <thead className="text-left text-xs text-muted">
            <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:pr-4 [&>th]:font-normal [&>th]:whitespace-nowrap">
              <th className="pl-4">label</th>
              <th>state</th>
              <th>role</th>
              <th>made</th>
              <th>last used</th>
              <th>expires</th>
              <th className={`${ACT} w-24`}>
                <span className="sr-only">revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(token => (
              <tr
                key={token.id}
                className="h-(--row-height) border-b border-separator last:border-b-0 [&>td]:pr-4 [&>td]:whitespace-nowrap"
              >
                <td title={token.label} className="max-w-32 truncate pl-4 font-medium sm:max-w-64">
                  {token.label}
                </td>
                <td>
                  <StatusWord of="token" status={tokenState(token, now)} />
                </td>
                <td>
                  {token.role}
                  {token.agentType ? <span className="text-muted"> {token.agentType}</span> : null}
                </td>
                <td className="text-muted">
                  <TimeAgo at={token.createdAt} />
                </td>
                <td className="text-muted">
                  <TimeAgo at={token.lastUsedAt} />
                </td>
                <td className="text-muted">{token.expiresAt ? <TimeUntil at={token.expiresAt} /> : 'never'}</td>
                <td className={`${ACT} text-right`}>
                  {token.revokedAt === null ? (
                    <Button size="sm" variant="ghost" className="h-7 px-2 text-xs" onPress={() => setLeaving(token)}>
                      Revoke
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
        title={`Revoke ${leaving?.label}?`}
        confirm="Revoke it"
        onConfirm={() => leaving !== null && revoke.mutate(leaving)}
      >
        Whatever uses it is cut off within 15 seconds. It cannot be undone.
      </ConfirmDialog>
    </Panel>
  );
}
