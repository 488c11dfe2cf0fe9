'use client';
import { Button } from '@heroui/react/button';
import { Plus, Upload } from 'lucide-react';
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SearchBox } from '@/app/_ui/search-box';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { loadsOf } from '../_agents/agent-state';
import { useAgentTypes } from '../_queries/use-agent-types';
import { useStats } from '../_queries/use-stats';
import { AgentCards, AgentTable } from './agent-rows';
import { ExportLink } from './export-link';
import { ImportDialog } from './import-dialog';
import { NewAgentDialog } from './new-agent-dialog';

export function AgentList({ openSlug }: { openSlug: string | null }) {
  const agents = useAgentTypes();
  const stats = useStats();
  const loads = useMemo(() => loadsOf(stats.data), [stats.data]);
  const [q, setQ] = useQueryState('q', parseAsString.withDefault(''));
  const [isNew, setNew] = useQueryState('new', parseAsBoolean.withDefault(false));
  const [isImport, setImport] = useState(false);
  const may = useMay();
  const compact = useNarrow() || openSlug !== null;
  const rows = useMemo(() => {
    const words = q.toLowerCase();
    const all = agents.data?.items ?? [];
    return all
      .filter(({ slug, name, description }) =>
        [slug, name, description].some(text => text.toLowerCase().includes(words)),
      )
      .toSorted((a, b) => a.slug.localeCompare(b.slug));
  }, [agents.data, q]);
  return (
    <>
      <PageHeader
        title="Agents"
        actions={
          <>
            {openSlug === null ? <ExportLink /> : null}
            {may.work && openSlug === null ? (
              <Button size="sm" variant="outline" aria-label="Import agent types" onPress={() => setImport(true)}>
                <Upload /> <span className="hidden sm:inline">Import</span>
              </Button>
            ) : null}
            {may.work ? (
              <Button size="sm" onPress={() => void setNew(true)}>
                <Plus /> {openSlug === null ? 'New agent type' : 'New'}
              </Button>
            ) : null}
          </>
        }
      />
      <section
        aria-label="Agent types"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <div className="border-b border-border p-2">
          <SearchBox
            label="Find an agent"
            value={q}
            onChange={text => void setQ(text || null)}
            className={openSlug === null ? 'w-full sm:w-64' : 'w-full'}
          />
        </div>
        {agents.isError && agents.data === undefined ? (
          <ErrorState
            title="Agents could not be read"
            {...troubleOf(agents.error)}
            onRetry={() => void agents.refetch()}
          />
        ) : agents.data === undefined ? (
          <SkeletonRows rows={12} />
        ) : rows.length === 0 && q !== '' ? (
          <EmptyState title="No agent matches." />
        ) : rows.length === 0 ? (
          <EmptyState title="The kinds of agent that work can be addressed to stand here.">
            {may.work ? 'Make one with New agent type, or import what another plane exported.' : null}
          </EmptyState>
        ) : compact ? (
          <AgentCards rows={rows} loads={loads} openSlug={openSlug} />
        ) : (
          <AgentTable rows={rows} loads={loads} />
        )}
      </section>
      <NewAgentDialog isOpen={isNew} onClose={() => void setNew(null)} />
      <ImportDialog isOpen={isImport} onClose={() => setImport(false)} />
    </>
  );
}
