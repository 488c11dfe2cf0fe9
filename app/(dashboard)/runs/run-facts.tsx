'use client';
import Link from 'next/link';
import type { Run } from '@/lib/domain/run/schema';
import { isRunOver } from '@/lib/domain/run/schema';
import { NO_DATA, formatDuration } from '@/app/_ui/duration';
import { Fact } from '@/app/_ui/fact';
import { formatCount } from '@/app/_ui/number';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useNow } from '@/app/_ui/use-now';
import { useProjectNames } from '../_queries/use-projects';
import { CancelRun } from './cancel-run';
import { ProgressBar, ProgressWords } from './progress-bar';
import { progressOf } from './run-progress';
import { useRunCost } from './use-run';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });

/** Who plans it, where it hangs, how long and how dear it is, and how far its tasks are. */
export function RunFacts({ run }: { run: Run }) {
  const project = useProjectNames().pathOf(run.projectId);
  const cost = useRunCost(run);
  const progress = progressOf(run.taskCounts);
  return (
    <div className="flex shrink-0 flex-col gap-3 border-b border-border px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        <dl className="flex min-w-0 flex-1 basis-80 flex-wrap gap-x-5 gap-y-1.5 text-xs">
          <Fact word="planner">
            <Link href={`/tasks/${run.planTaskId}`} className="underline underline-offset-2" title="The plan task">
              {run.plannerType}
            </Link>
          </Fact>
          {project ? <Fact word="project">{project}</Fact> : null}
          <Fact word="opened">
            <TimeAgo at={run.createdAt} />
          </Fact>
          <Fact word={isRunOver(run.status) ? 'took' : 'for'}>
            <Took run={run} />
          </Fact>
          <Fact word="cost">
            <span className="tabular">{cost === null ? NO_DATA : dollars.format(cost)}</span>
          </Fact>
          {run.sessionId ? <Fact word="session">{run.sessionId}</Fact> : null}
          <Fact word="thread">
            <Link href={`/threads/${run.threadId}`} className="underline underline-offset-2">
              its messages
            </Link>
          </Fact>
        </dl>
        <CancelRun run={run} />
      </div>
      {progress.parts.length > 0 ? (
        <div className="flex flex-col gap-1.5">
          <div className="flex items-center gap-3">
            <ProgressBar progress={progress} className="h-2 flex-1" />
            <span className="tabular text-xs">
              {formatCount(progress.done)} of {formatCount(progress.of)} done
            </span>
          </div>
          <ProgressWords progress={progress} />
        </div>
      ) : null}
    </div>
  );
}

const SECOND_MS = 1_000;

function Took({ run }: { run: Run }) {
  const now = useNow(SECOND_MS);
  const isEnded = run.endedAt !== null && (isRunOver(run.status) || run.status === 'failed');
  const endMs = isEnded ? Date.parse(run.endedAt!) : now;
  return <span className="tabular">{formatDuration(Math.max(0, endMs - Date.parse(run.createdAt)))}</span>;
}
