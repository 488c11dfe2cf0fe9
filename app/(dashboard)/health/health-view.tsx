'use client';
import { troubleOf } from '@/app/_live/api';
import { useDatabaseAway } from '@/app/_live/use-connection';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useHealth } from '../_queries/use-health';
import { CleanUpPanel } from './clean-up-panel';
import { ConsumersPanel } from './consumers-panel';
import { DeadPanel } from './dead-panel';
import { HeldAccountsPanel } from './held-accounts-panel';
import { MalformedPanel } from './malformed-panel';
import { NowPanel } from './now-panel';
import { ReasonsPanel } from './reasons-panel';
import { ReplicaPanel } from './replica-panel';
import { StoragePanel } from './storage-panel';

export function HealthView() {
  const health = useHealth();
  const away = useDatabaseAway();
  const { data } = health;
  return (
    <>
      <PageHeader title="Health" note="Is anything wrong, and what to do about it" />
      {health.isError && data === undefined ? (
        <ErrorState
          title="Health could not be read"
          {...troubleOf(health.error)}
          onRetry={() => void health.refetch()}
        />
      ) : data === undefined ? (
        <SkeletonRows rows={10} />
      ) : (
        <div className="flex flex-col gap-4">
          <ReasonsPanel health={data} databaseAway={away} />
          <NowPanel health={data} />
          <div className="grid items-start gap-4 xl:grid-cols-2">
            <div className="flex min-w-0 flex-col gap-4">
              <HeldAccountsPanel health={data} />
              <ReplicaPanel health={data} />
              <ConsumersPanel health={data} />
              <CleanUpPanel stale={data.staleRecords} />
              <DeadPanel />
              <MalformedPanel health={data} />
            </div>
            <StoragePanel health={data} />
          </div>
        </div>
      )}
    </>
  );
}
