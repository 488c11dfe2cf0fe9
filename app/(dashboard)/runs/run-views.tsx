'use client';
import { Tabs } from '@heroui/react/tabs';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo } from 'react';
import { troubleOf } from '@/app/_live/api';
import type { Run } from '@/lib/domain/run/schema';
import { ErrorState } from '@/app/_ui/error-state';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useReasonOf } from '../_work/use-reason-of';
import { RunAttempts } from './run-attempts';
import { RunGraph } from './run-graph';
import { RunQuestions } from './run-questions';
import { RunReports } from './run-reports';
import { RunTaskTable } from './run-task-table';
import { RunTrace } from './run-trace';
import { RunWaterfall } from './run-waterfall';
import { useRunTasks } from './use-run';

const VIEWS = ['waterfall', 'graph', 'table', 'attempts', 'reports', 'questions', 'trace'] as const;
type View = (typeof VIEWS)[number];
const WORDS: Record<View, string> = {
  waterfall: 'Waterfall',
  graph: 'Graph',
  table: 'Table',
  attempts: 'Attempts',
  reports: 'Reports',
  questions: 'Questions',
  trace: 'Trace',
};

/** The same run from several sides; which one is in the URL. */
export function RunViews({ run }: { run: Run }) {
  const [view, setView] = useQueryState('view', parseAsStringLiteral(VIEWS).withDefault('waterfall'));
  return (
    <Tabs
      variant="secondary"
      selectedKey={view}
      onSelectionChange={key => void setView(key as View)}
      className="flex min-h-96 min-w-0 flex-1 flex-col gap-0"
    >
      <Tabs.ListContainer className="shrink-0 overflow-x-auto border-b border-border px-2">
        <Tabs.List aria-label="Views of the run" className="border-0">
          {VIEWS.map(each => (
            <Tabs.Tab key={each} id={each} className="w-auto px-3 text-table">
              {WORDS[each]}
              <Tabs.Indicator />
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs.ListContainer>
      {VIEWS.map(each => (
        <Tabs.Panel key={each} id={each} className="flex min-h-0 flex-1 flex-col p-0">
          <OneView view={each} run={run} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function OneView({ view, run }: { view: View; run: Run }) {
  const { tasks, isCut, ...read } = useTasks(run.id);
  if (read.error !== null && tasks === undefined) {
    return <ErrorState title="Its tasks could not be read" {...troubleOf(read.error)} onRetry={read.retry} />;
  }
  if (tasks === undefined) return <SkeletonRows rows={8} />;
  return (
    <>
      {isCut ? <p className="px-4 py-1 text-xs text-muted">More tasks than are shown hang on this run.</p> : null}
      {view === 'waterfall' ? <RunWaterfall run={run} tasks={tasks} /> : null}
      {view === 'graph' ? <RunGraph tasks={tasks} /> : null}
      {view === 'table' ? <RunTaskTable tasks={tasks} /> : null}
      {view === 'attempts' ? <RunAttempts run={run} tasks={tasks} /> : null}
      {view === 'reports' ? <RunReports run={run} tasks={tasks} /> : null}
      {view === 'questions' ? <RunQuestions run={run} tasks={tasks} /> : null}
      {view === 'trace' ? <RunTrace run={run} tasks={tasks} /> : null}
    </>
  );
}

function useTasks(runId: string) {
  const { data, tasks, error, refetch } = useRunTasks(runId);
  const reasonOf = useReasonOf();
  // As each view says it; the tasks themselves, where that is what they say.
  const told = useMemo(
    () => tasks.map(task => (reasonOf(task) === task.reason ? task : { ...task, reason: reasonOf(task) })),
    [tasks, reasonOf],
  );
  return {
    tasks: data === undefined ? undefined : told,
    isCut: data?.isCut === true,
    error,
    retry: () => void refetch(),
  };
}
