'use client';
import { useState } from 'react';
import type { IssuedToken } from '@/lib/domain/identity/schema';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { PageHeader } from '@/app/_ui/page-header';
import { Panel } from '@/app/_ui/panel';
import { Recipes } from './recipes';
import { TokenForm } from './token-form';
import { TokenList } from './token-list';
import { TokenShown } from './token-shown';

/** First a token, then the commands with it filled in. */
export function ConnectView() {
  const [issued, setIssued] = useState<IssuedToken | null>(null);
  const may = useMay();
  return (
    <>
      <PageHeader title="Connect" note="Give an agent, an orchestrator or a script its way in" />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="1 · A token" bodyClassName="p-4">
            {!may.manageTokens ? (
              <EmptyState title="Tokens are made by an admin.">
                Ask one for a token of the role you need; the commands work with it.
              </EmptyState>
            ) : issued === null ? (
              <TokenForm onIssued={setIssued} />
            ) : (
              <TokenShown issued={issued} onDone={() => setIssued(null)} />
            )}
          </Panel>
        </div>
        <Recipes issued={issued} />
      </div>
      {may.manageTokens ? <TokenList className="mt-4" /> : null}
    </>
  );
}
