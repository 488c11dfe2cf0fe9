import { useMemo } from 'react';
import type { Costs } from '@/lib/domain/costs/schema';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Message } from '@/lib/domain/message/schema';
import type { Report } from '@/lib/domain/report/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { StreamEvent } from '@/app/_live/connection';
import { useLiveAll } from '@/app/_live/use-live-all';
import { useLiveQuery } from '@/app/_live/use-live-query';

/** A run and what hangs on it; every part of its page reads them here, so each is one query. */

const TASK_EVENTS = ['task-created', 'task-updated', 'task-deleted'] as const;
const isOf =
  (runId: string) =>
  ({ data }: StreamEvent): boolean =>
    data.id === runId || data['runId'] === runId;

export const useRun = (runId: string) =>
  useLiveQuery<Run>({
    key: ['run', runId],
    path: `/api/runs/${runId}`,
    staleOn: ['run-updated', 'run-deleted', ...TASK_EVENTS],
    concerns: isOf(runId),
  });

/** In the order they were planned, the plan task first. */
export function useRunTasks(runId: string) {
  const all = useLiveAll<Task>({
    key: ['run-tasks', runId],
    path: '/api/tasks',
    query: { runId },
    staleOn: TASK_EVENTS,
    concerns: isOf(runId),
  });
  const tasks = useMemo(() => (all.data?.items ?? []).toSorted(byPlan), [all.data]);
  return { ...all, tasks };
}

const byPlan = (a: Task, b: Task): number =>
  Number(b.kind === 'plan') - Number(a.kind === 'plan') ||
  a.createdAt.localeCompare(b.createdAt) ||
  a.id.localeCompare(b.id);

/** Its attempts, oldest first. An event of a dispatch does not name the run, but the task. */
export function useRunDispatches(runId: string, tasks: readonly Task[], enabled = true) {
  const ids = useMemo(() => new Set(tasks.map(({ id }) => id)), [tasks]);
  const all = useLiveAll<DispatchRecord>({
    key: ['run-dispatches', runId],
    path: '/api/dispatches',
    query: { runId },
    staleOn: ['dispatch-created', 'dispatch-updated'],
    concerns: ({ data }) => ids.has(String((data['source'] as { id?: unknown } | undefined)?.id)),
    enabled,
  });
  const dispatches = useMemo(
    () => (all.data?.items ?? []).toSorted((a, b) => a.times.claimedAt.localeCompare(b.times.claimedAt)),
    [all.data],
  );
  return { ...all, dispatches };
}

/** Newest first, as the API has them. */
export const useRunReports = (runId: string, kind?: Report['kind']) =>
  useLiveAll<Report>({
    key: ['run-reports', runId, kind ?? null],
    path: '/api/reports',
    query: { runId, ...(kind ? { kind } : {}) },
    staleOn: ['report-created'],
    concerns: event => isOf(runId)(event) && (kind === undefined || event.data['kind'] === kind),
  });

const useThreadMessages = (threadId: string, kind: 'question' | 'answer') =>
  useLiveAll<Message>({
    key: ['run-messages', threadId, kind],
    path: '/api/messages',
    query: { threadId, kind },
    staleOn: ['message-created', 'message-updated'],
    concerns: ({ data }) => data['threadId'] === threadId && data['kind'] === kind,
  });

export interface Asked {
  question: Message;
  answers: Message[];
}

/** Questions and blockers of the run with their answers, oldest first; undefined until they are read. */
export function useAsked(run: Pick<Run, 'threadId'>): Asked[] | undefined {
  const questions = useThreadMessages(run.threadId, 'question').data?.items;
  const answers = useThreadMessages(run.threadId, 'answer').data?.items;
  return useMemo(() => {
    if (questions === undefined || answers === undefined) return undefined;
    return questions
      .toSorted((a, b) => a.seq - b.seq)
      .map(question => ({
        question,
        answers: answers.filter(({ inReplyTo }) => inReplyTo === question.id).toSorted((a, b) => a.seq - b.seq),
      }));
  }, [questions, answers]);
}

/** Sums over the time of a run: a page that follows each end of work would ask for nothing else. */
const COST_GAP_MS = 5_000;

/** What its ended attempts told, in dollars; null while nobody told anything. */
export function useRunCost(run: Run): number | null {
  const { data } = useLiveQuery<Costs>({
    key: ['costs', { by: 'run', from: run.createdAt }],
    path: '/api/costs',
    query: { by: 'run', from: run.createdAt },
    staleOn: ['dispatch-updated'],
    gapMs: COST_GAP_MS,
  });
  return data?.items.find(({ key }) => key === run.id)?.costUsd ?? null;
}
