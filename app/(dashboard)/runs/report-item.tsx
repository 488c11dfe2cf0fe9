'use client';
import Link from 'next/link';
import type { Report } from '@/lib/domain/report/schema';
import type { Delivered, Task } from '@/lib/domain/task/schema';
import { Lamp } from '@/app/_ui/lamp';
import { Markdown } from '@/app/_ui/markdown';
import { LAMP_TEXT } from '@/app/_ui/status';
import { ClockTime } from '@/app/_ui/time-ago';
import { FoldMark } from './fold-mark';
import { lampOf, lineOf } from './report-words';
import { taskName } from './run-troubles';

/** One line; the whole of it opens below. */
export function ReportItem({ report, task }: { report: Report; task: Task | undefined }) {
  const lamp = lampOf(report, task);
  return (
    <li>
      <details className="group">
        <summary className="touch flex min-h-9 cursor-pointer flex-wrap items-center gap-x-3 px-4 py-1.5 text-table sm:flex-nowrap">
          <span className="inline-flex w-20 shrink-0 items-center gap-1">
            <Lamp lamp={lamp} />
            <span className={`text-xs font-medium ${LAMP_TEXT[lamp]}`}>{report.kind}</span>
          </span>
          <span className="min-w-0 flex-1 truncate font-medium sm:w-32 sm:flex-none">
            {task ? taskName(task) : report.taskId}
          </span>
          <span className="order-last min-w-0 flex-1 basis-full truncate sm:order-none sm:basis-0">
            {lineOf(report)}
          </span>
          <ClockTime at={report.createdAt} className="ml-auto text-xs text-muted" />
          <FoldMark />
        </summary>
        <div className="flex flex-col gap-2 px-4 pb-3">
          <p className="text-xs text-muted">
            <Link href={`/tasks/${report.taskId}`} className="underline underline-offset-2">
              {task?.title ?? 'its task'}
            </Link>{' '}
            · by {report.createdBy}
          </p>
          <Said report={report} />
        </div>
      </details>
    </li>
  );
}

function Said({ report }: { report: Report }) {
  switch (report.kind) {
    case 'blocker':
      return (
        <>
          <Markdown text={report.reason} />
          <p className="text-table">
            <span className="text-muted">needs </span>
            {report.needs}
          </p>
        </>
      );
    case 'question':
      return (
        <>
          <Markdown text={report.question} />
          {report.options ? <p className="text-table text-muted">choices: {report.options.join(' · ')}</p> : null}
          {report.default ? <p className="text-table text-muted">if nobody answers: {report.default}</p> : null}
        </>
      );
    case 'progress':
      return <p className="text-table break-words">{lineOf(report)}</p>;
    case 'handoff':
      return (
        <>
          {report.context ? <Markdown text={report.context} /> : null}
          <pre tabIndex={0} className="max-h-60 overflow-auto rounded-md border border-border p-2 text-xs">
            {JSON.stringify(report.inputs, null, 2)}
          </pre>
        </>
      );
    case 'result':
      return (
        <>
          <Markdown text={report.output} />
          {report.deliverables.map(delivered => (
            <p key={delivered.name} className="text-table break-words">
              <span className="font-medium">{delivered.name}</span>{' '}
              <span className="text-muted">{handedIn(delivered)}</span>
            </p>
          ))}
        </>
      );
  }
}

const handedIn = ({ value, path, url }: Delivered): string => url ?? path ?? value ?? '';
