'use client';
import { Tabs } from '@heroui/react/tabs';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { isNotFound, troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useMedia } from '@/app/_ui/use-media';
import { DetailPanel } from '../_frame/detail-panel';
import { useListHref } from '../_frame/use-list-href';
import { useTitle } from '../_frame/use-title';
import { useAgentType } from '../_queries/use-agent-types';
import { AgentForm } from './agent-form';
import { AgentRevisions } from './agent-revisions';
import { PauseButton } from './pause-button';
import { PromptPreview } from './prompt-preview';
import { TestMessage } from './test-message';
import { useAgentForm, type AgentFormState } from './use-agent-form';

const TABS = ['settings', 'prompt', 'revisions'] as const;
const TAB_WORDS: Record<Tab, string> = { settings: 'Settings', prompt: 'Prompt', revisions: 'Revisions' };
type Tab = (typeof TABS)[number];

export function AgentDetail({ slug }: { slug: string }) {
  // Under its own deletion it is not read again: that it is gone is then no trouble.
  const [isLeaving, setLeaving] = useState(false);
  const agent = useAgentType(slug, !isLeaving);
  useTitle(agent.data?.name ?? slug);
  const may = useMay();
  return (
    <DetailPanel
      title={agent.data?.name ?? slug}
      facts={<AgentFacts slug={slug} revision={agent.data?.revision} />}
      actions={agent.data && may.work ? <AgentActions agent={agent.data} /> : null}
      backHref={useListHref('/agents')(null)}
      backLabel="Close the agent type"
    >
      {isNotFound(agent.error) ? (
        <EmptyState title={`There is no agent type '${slug}'.`}>
          It may have been deleted. Its messages and revisions are kept.
        </EmptyState>
      ) : agent.isError && agent.data === undefined ? (
        <ErrorState
          title="The agent type could not be read"
          {...troubleOf(agent.error)}
          onRetry={() => void agent.refetch()}
        />
      ) : agent.data === undefined ? (
        <SkeletonRows rows={10} />
      ) : (
        <AgentBody agent={agent.data} onLeaving={setLeaving} />
      )}
    </DetailPanel>
  );
}

function AgentFacts({ slug, revision }: { slug: string; revision: number | undefined }) {
  return (
    <>
      <code className="hidden truncate text-xs text-muted sm:inline">{slug}</code>
      {revision === undefined ? null : (
        <span className="tabular text-xs whitespace-nowrap text-muted">revision {revision}</span>
      )}
    </>
  );
}

function AgentActions({ agent }: { agent: AgentType }) {
  return (
    <>
      <TestMessage agent={agent} />
      <PauseButton agent={agent} />
    </>
  );
}

function AgentBody({ agent, onLeaving }: { agent: AgentType; onLeaving: (isLeaving: boolean) => void }) {
  const isWide = useMedia('(min-width: 1280px)');
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('settings'));
  const state = useAgentForm(agent);
  const tabs: Tab[] = isWide ? ['settings', 'revisions'] : [...TABS];
  const shown = tabs.includes(tab) ? tab : 'settings';
  return (
    <div className="flex min-h-0 flex-1">
      <Tabs
        variant="secondary"
        selectedKey={shown}
        onSelectionChange={key => void setTab(key as Tab)}
        className="flex min-h-0 min-w-0 flex-1 flex-col gap-0"
      >
        <Tabs.ListContainer className="shrink-0 border-b border-border px-2">
          <Tabs.List aria-label="Parts of the agent type" className="border-0">
            {tabs.map(each => (
              <Tabs.Tab key={each} id={each} className="w-auto px-3 text-table">
                {TAB_WORDS[each]}
                <Tabs.Indicator />
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs.ListContainer>
        <Tabs.Panel id="settings" className="flex min-h-0 flex-1 flex-col p-0">
          <AgentForm agent={agent} state={state} onLeaving={onLeaving} />
        </Tabs.Panel>
        {isWide ? null : (
          <Tabs.Panel id="prompt" className="flex min-h-0 flex-1 flex-col p-0">
            <Preview state={state} agent={agent} />
          </Tabs.Panel>
        )}
        <Tabs.Panel id="revisions" className="min-h-0 flex-1 overflow-y-auto p-4">
          <AgentRevisions agent={agent} />
        </Tabs.Panel>
      </Tabs>
      {isWide ? (
        <aside
          aria-label="Assembled prompt"
          className="flex min-h-0 w-[44%] max-w-xl shrink-0 flex-col border-l border-border"
        >
          <Preview state={state} agent={agent} />
        </aside>
      ) : null}
    </div>
  );
}

function Preview({ state, agent }: { state: AgentFormState; agent: AgentType }) {
  const edited = state.form.watch('systemPrompt') ?? '';
  return <PromptPreview agent={agent} editedPrompt={edited} />;
}
