'use client';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { Page } from '@/lib/domain/fields';
import type { Thread } from '@/lib/domain/thread/schema';
import { api, troubleOf } from '@/app/_live/api';
import { CopyButton } from '@/app/_ui/copy-button';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount } from '@/app/_ui/number';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';

const NO_THREAD = 'none';
const RECENT_THREADS = 20;

/** What an agent of this type would be given, for a real thread, with the system prompt as it is being typed. */
export function PromptPreview({ agent, editedPrompt }: { agent: AgentType; editedPrompt: string }) {
  const [threadId, setThreadId] = useState<string>(NO_THREAD);
  const threads = useQuery({
    queryKey: ['threads', 'for-preview', agent.slug],
    queryFn: ({ signal }) =>
      api.get<Page<Thread>>('/api/threads', { signal, query: { limit: RECENT_THREADS, assignedTo: agent.slug } }),
  });
  const preview = useQuery<{ prompt: string }>({
    queryKey: ['agent-preview', agent.slug, agent.revision, threadId],
    placeholderData: previous => previous,
    queryFn: ({ signal }) =>
      api.post(`/api/agent-types/${agent.slug}/preview`, threadId === NO_THREAD ? {} : { threadId }, { signal }),
  });
  const prompt = useMemo(
    () => withEdits(preview.data?.prompt ?? '', agent.systemPrompt, editedPrompt),
    [preview.data, agent.systemPrompt, editedPrompt],
  );
  const choices = [
    { value: NO_THREAD, label: 'no thread' },
    ...(threads.data?.items ?? []).map(({ id, title }) => ({ value: id, label: title })),
  ];
  return (
    <>
      <div className="flex shrink-0 items-center gap-2 border-b border-border py-1.5 pr-1 pl-4">
        <h3 className="text-table font-semibold whitespace-nowrap">Assembled prompt</h3>
        <span className="tabular truncate text-xs text-muted">{formatCount(prompt.length)} chars</span>
        <SelectField
          hideLabel
          label="For the thread"
          className="ml-auto w-36 shrink-0"
          value={threadId}
          choices={choices}
          onChange={setThreadId}
        />
        <CopyButton value={prompt} label="prompt" />
      </div>
      {preview.isError ? (
        <ErrorState
          title="The prompt could not be assembled"
          {...troubleOf(preview.error)}
          onRetry={() => void preview.refetch()}
        />
      ) : preview.data === undefined ? (
        <SkeletonRows rows={12} />
      ) : (
        <pre
          tabIndex={0}
          aria-label="Assembled prompt"
          className="min-h-0 flex-1 overflow-y-auto p-4 text-xs leading-5 break-words whitespace-pre-wrap focus-visible:-outline-offset-2"
        >
          {prompt}
        </pre>
      )}
    </>
  );
}

/** The server assembles what is saved; the part being edited is put in its place. */
function withEdits(prompt: string, saved: string, edited: string): string {
  const before = saved.trim();
  return before !== '' && prompt.includes(before) ? prompt.replace(before, () => edited.trim()) : prompt;
}
