'use client';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { ReadOnlyNote } from '../_frame/read-only-note';
import { useSettings } from '../_queries/use-settings';
import { TokenList } from '../connect/token-list';
import { DispatchPanel } from './dispatch-panel';
import { RetentionPanel } from './retention-panel';

export function SettingsView() {
  const settings = useSettings();
  const may = useMay();
  return (
    <>
      <PageHeader title="Settings" note="Of this tenant" />
      {settings.isError && settings.data === undefined ? (
        <ErrorState
          title="Settings could not be read"
          {...troubleOf(settings.error)}
          onRetry={() => void settings.refetch()}
        />
      ) : settings.data === undefined ? (
        <SkeletonRows rows={6} />
      ) : (
        <div className="flex max-w-2xl flex-col gap-4">
          <ReadOnlyNote />
          <DispatchPanel settings={settings.data} />
          <RetentionPanel key={settings.data.revision} settings={settings.data} />
        </div>
      )}
      {may.manageTokens ? <TokenList className="mt-4" /> : null}
    </>
  );
}
