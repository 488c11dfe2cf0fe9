'use client';
import Link from 'next/link';
import { HUMAN } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Report } from '@/lib/domain/report/schema';
import type { Task } from '@/lib/domain/task/schema';
import { useMay } from '@/app/_live/session';
import { formatDuration } from '@/app/_ui/duration';
import { Lamp } from '@/app/_ui/lamp';
import { Markdown } from '@/app/_ui/markdown';
import { LAMP_TEXT, type Lamp as LampName } from '@/app/_ui/status';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useNow } from '@/app/_ui/use-now';
import { AnswerForm } from './answer-form';
import { taskName } from './run-troubles';

interface QuestionItemProps {
  question: Message;
  answers: readonly Message[];
  isOpen: boolean;
  /** The task of whoever asked. */
  task: Task | undefined;
  /** What holds if nobody answers, and from when on. */
  terms: Report | undefined;
}

export function QuestionItem({ question, answers, isOpen, task, terms }: QuestionItemProps) {
  const may = useMay();
  const isForPeople = question.assignedTo === HUMAN;
  const [lamp, word]: [LampName, string] = isOpen
    ? ['waiting', isForPeople ? 'waits for you' : `waits for ${question.assignedTo ?? 'the orchestrator'}`]
    : answers.length > 0
      ? ['done', 'answered']
      : ['idle', 'over'];
  return (
    <li className="flex flex-col gap-1.5 px-4 py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs">
        <span className="inline-flex items-center gap-1">
          <Lamp lamp={lamp} />
          <span className={`font-medium ${LAMP_TEXT[lamp]}`}>{word}</span>
        </span>
        {task ? (
          <Link href={`/tasks/${task.id}`} className="font-medium hover:underline">
            {taskName(task)}
          </Link>
        ) : null}
        <span className="text-muted">{question.from.id}</span>
        <TimeAgo at={question.createdAt} className="ml-auto text-muted" />
      </p>
      <Markdown text={question.body} />
      {terms?.kind === 'question' && isOpen ? <Terms report={terms} /> : null}
      {answers.map(answer => (
        <div key={answer.id} className="border-l-2 border-border-strong pl-3">
          <p className="text-xs text-muted">
            {answer.from.id}
            {answer.late ? ' · came late, kept' : ''} · <TimeAgo at={answer.createdAt} />
          </p>
          <Markdown text={answer.body} />
        </div>
      ))}
      {isOpen && may.work ? (
        isForPeople ? (
          <AnswerForm question={question} />
        ) : (
          <details>
            <summary className="touch cursor-pointer text-xs font-medium underline underline-offset-2">
              Answer it yourself
            </summary>
            <p className="py-1 text-xs text-muted">The first answer counts, yours or the orchestrator’s.</p>
            <AnswerForm question={question} />
          </details>
        )
      ) : null}
    </li>
  );
}

const SECOND_MS = 1_000;

function Terms({ report }: { report: Extract<Report, { kind: 'question' }> }) {
  const now = useNow(SECOND_MS);
  const left = report.deadline === null ? null : Date.parse(report.deadline) - now;
  if (left === null && report.default === null) return null;
  const when = left === null ? '' : left > 0 ? `in ${formatDuration(left)}` : 'overdue';
  return (
    <p className="tabular text-xs text-muted">
      {report.default === null ? `due ${when}` : `“${report.default}” holds ${when || 'if nobody answers'}`}
    </p>
  );
}
