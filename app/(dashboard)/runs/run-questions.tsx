'use client';
import { useMemo } from 'react';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { EmptyState } from '@/app/_ui/empty-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { QuestionItem } from './question-item';
import { useAsked, useRunDispatches, useRunReports } from './use-run';

/** What was asked in the run and what was answered; those that still wait stand first. */
export function RunQuestions({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const asked = useAsked(run);
  const { dispatches } = useRunDispatches(run.id, tasks);
  const reports = useRunReports(run.id, 'question').data?.items;
  const byId = useMemo(() => new Map(tasks.map(task => [task.id, task])), [tasks]);
  if (asked === undefined) return <SkeletonRows rows={6} />;
  const open = new Set(
    dispatches.flatMap(({ status, question }) =>
      status === 'waiting' && question?.answered === false ? [question.id] : [],
    ),
  );
  const askers = new Map(dispatches.map(dispatch => [dispatch.id, byId.get(dispatch.source.id)]));
  const ordered = asked.toSorted((a, b) => Number(open.has(b.question.id)) - Number(open.has(a.question.id)));
  if (ordered.length === 0) {
    return (
      <EmptyState title="Nobody has asked anything. Questions and blockers of its agents stand here, with their answers." />
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="group" aria-label="Questions">
      <ul className="divide-y divide-separator">
        {ordered.map(({ question, answers }) => (
          <QuestionItem
            key={question.id}
            question={question}
            answers={answers}
            isOpen={open.has(question.id)}
            task={question.from.dispatchId ? askers.get(question.from.dispatchId) : undefined}
            terms={reports?.find(
              report =>
                report.dispatchId === question.from.dispatchId &&
                'question' in report &&
                report.question === question.body,
            )}
          />
        ))}
      </ul>
    </div>
  );
}
