import { plainWords } from '@/lib/domain/plain-line';
import type { Report } from '@/lib/domain/report/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Lamp } from '@/app/_ui/status';

/** What a report says in one line, and the lamp it lights. */

const LAMPS: Record<Report['kind'], Lamp> = {
  blocker: 'blocked',
  question: 'waiting',
  result: 'done',
  progress: 'running',
  handoff: 'idle',
};

export const lampOf = (report: Report, task: Task | undefined): Lamp =>
  report.kind === 'result' && task?.status === 'incomplete' ? 'blocked' : LAMPS[report.kind];

export function lineOf(report: Report): string {
  switch (report.kind) {
    case 'blocker':
      return wordsOf(report.reason);
    case 'question':
      return wordsOf(report.question);
    case 'progress':
      return `${Math.round(report.percent)} % · ${report.state}`;
    case 'handoff':
      return wordsOf(report.context) || Object.keys(report.inputs).join(', ');
    case 'result':
      return wordsOf(report.output);
  }
}

/** More than a line takes on the widest screen; an output may be two hundred times as long. */
const READ_CHARACTERS = 1_000;
/** One line has no room for Markdown. */
const wordsOf = (text: string): string => plainWords(text, READ_CHARACTERS);

const RANK: Record<Report['kind'], number> = { blocker: 0, question: 2, result: 3, handoff: 3, progress: 3 };

/** Blockers, then results that lack something, then questions, then the rest; within each as they came. */
export function troubleFirst(reports: readonly Report[], tasks: ReadonlyMap<string, Task>): Report[] {
  const rank = (report: Report): number =>
    report.kind === 'result' && tasks.get(report.taskId)?.status === 'incomplete' ? 1 : RANK[report.kind];
  return reports.toSorted((a, b) => rank(a) - rank(b));
}
