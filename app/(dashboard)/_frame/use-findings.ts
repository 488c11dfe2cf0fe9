import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import type { Page } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import { api } from '@/app/_live/api';
import { useAgentTypes } from '../_queries/use-agent-types';
import { firstLine } from '../_work/first-line';
import { NAV_ITEMS } from './nav-items';

export interface Finding {
  href: string;
  label: string;
  note?: string;
}
export interface FindingGroup {
  title: string;
  findings: Finding[];
}

const MAX_FOUND = 8;
const RECORD_ID = /^[0-9a-f]{24}$/;

export interface Findings {
  groups: FindingGroup[];
  /** The server has not answered for these words yet. */
  isLooking: boolean;
}

export function useFindings(text: string): Findings {
  const words = useDeferredValue(text.trim());
  const agents = useAgentTypes().data?.items;
  const { found, isLooking } = useServerFindings(words);
  const groups = useMemo(() => {
    const has = (...texts: string[]) => texts.some(each => each.toLowerCase().includes(words.toLowerCase()));
    const all: FindingGroup[] = [
      {
        title: 'Pages',
        findings: NAV_ITEMS.filter(item => has(item.label)).map(({ href, label }) => ({ href, label })),
      },
      {
        title: 'Agents',
        findings: (agents ?? [])
          .filter(agent => words !== '' && has(agent.slug, agent.name))
          .slice(0, MAX_FOUND)
          .map(agent => ({ href: `/agents/${agent.slug}`, label: agent.slug, note: agent.name })),
      },
      ...(RECORD_ID.test(words) ? [byId(words)] : found),
    ];
    return all.filter(group => group.findings.length > 0);
  }, [words, agents, found]);
  return { groups, isLooking: isLooking || words !== text.trim() };
}

const byId = (id: string): FindingGroup => ({
  title: 'By id',
  findings: [
    { href: `/threads/${id}`, label: 'Thread', note: id },
    { href: `/runs/${id}`, label: 'Run', note: id },
    { href: `/tasks/${id}`, label: 'Task', note: id },
    { href: `/sessions/${id}`, label: 'Session', note: id },
  ],
});

function useServerFindings(words: string): { found: FindingGroup[]; isLooking: boolean } {
  const { data, isFetching } = useQuery<FindingGroup[]>({
    queryKey: ['search', words],
    enabled: words.length > 1 && !RECORD_ID.test(words),
    staleTime: 10_000,
    placeholderData: previous => previous,
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: MAX_FOUND };
      const [threads, runs, tasks, messages] = await Promise.all([
        api.get<Page<Thread>>('/api/threads', { query, signal }),
        api.get<Page<Run>>('/api/runs', { query, signal }),
        api.get<Page<Task>>('/api/tasks', { query, signal }),
        api.get<Page<Message>>('/api/messages', { query, signal }),
      ]);
      return [
        {
          title: 'Threads',
          findings: threads.items.map(({ id, title, status }) => ({
            href: `/threads/${id}`,
            label: firstLine(title),
            note: status,
          })),
        },
        {
          title: 'Runs',
          findings: runs.items.map(({ id, intent, status }) => ({
            href: `/runs/${id}`,
            label: firstLine(intent),
            note: status,
          })),
        },
        {
          title: 'Tasks',
          findings: tasks.items.map(({ id, title, status }) => ({ href: `/tasks/${id}`, label: title, note: status })),
        },
        {
          title: 'Messages',
          findings: messages.items.map(({ id, threadId, body, from }) => ({
            href: `/threads/${threadId}?message=${id}`,
            label: aroundWord(body, words),
            note: from.id,
          })),
        },
      ];
    },
  });
  return { found: data ?? NOTHING, isLooking: isFetching };
}

const NOTHING: FindingGroup[] = [];

/** So much of a message before the first of the words, that what follows fits a row. */
const LEAD_CHARACTERS = 24;

/** The line of a message as it reads around what was looked for. */
function aroundWord(body: string, words: string): string {
  const text = body.replaceAll(/\s+/g, ' ').trim();
  const at = text.toLowerCase().indexOf(words.split(' ', 1)[0]?.toLowerCase() ?? '');
  return at <= LEAD_CHARACTERS ? text : `… ${text.slice(at - LEAD_CHARACTERS)}`;
}
