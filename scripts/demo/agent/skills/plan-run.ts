import type { Task, TaskStatus } from '@/lib/domain/task/schema';
import { signed, type Outcome, type Skill, type Work } from '../work';

/** What the tool shows of a task. */
type Line = Pick<Task, 'id' | 'key' | 'title' | 'status'>;

/** One page: the plan is far shorter. */
const MOST_TASKS = 100;
const OVER: readonly TaskStatus[] = ['done', 'incomplete', 'dead', 'cancelled'];

/** A team's work cut into tasks, as a model would cut it; here the cut is always the same. */
const PLAN = [
  {
    key: 'count',
    title: 'Count the files by kind',
    assignedTo: 'data-analysis',
    input: 'Count the files of this repository by kind, with their lines and bytes.',
    deliverables: [
      { name: 'table', description: 'Markdown table: kind, files, lines, bytes' },
      { name: 'total', description: 'Files, lines and bytes in all, in one line' },
    ],
  },
  {
    key: 'quotes',
    title: 'Find what the documents say of change streams',
    assignedTo: 'research',
    input: 'Search the documents of this repository for "change stream" and quote the lines.',
    priority: 'high',
  },
  {
    key: 'words',
    title: 'List the words the README uses most',
    assignedTo: 'seo',
    input: 'List the ten words that README.md uses most.',
  },
  {
    key: 'reading',
    title: 'Measure how the introduction reads',
    assignedTo: 'copywriting',
    input: 'Measure how the introduction of README.md reads.',
  },
  {
    key: 'places',
    title: 'See where the README says "control plane"',
    assignedTo: 'seo',
    input: 'Does README.md say "control plane" where a reader looks for it?',
    dependsOn: ['words', 'reading'],
  },
  {
    key: 'note',
    title: 'Write the note from the table',
    assignedTo: 'project-management',
    input: 'From the table, write the note for people: what most of this repository is made of.',
    dependsOn: ['count'],
    deliverables: [{ name: 'note', description: 'At most three sentences' }],
  },
];

/** Plans on its first turn, and sums up on the one that finds all tasks over. */
export const planRun: Skill = async work => {
  const { items } = await work.tools.call<{ items: Line[] }>('list_tasks', { limit: MOST_TASKS });
  // The plan itself is a task too, and has no key.
  const planned = items.filter(({ key }) => key !== null);
  if (planned.length === 0) return plan(work);
  const over = planned.filter(({ status }) => OVER.includes(status));
  await work.step(
    Math.round((100 * over.length) / planned.length),
    `${over.length} of ${planned.length} tasks are over`,
  );
  return over.length < planned.length ? { kind: 'over' } : sumUp(work, planned);
};

async function plan(work: Work): Promise<Outcome> {
  await work.step(5, `cutting the run into ${PLAN.length} tasks`);
  await work.tools.call('plan_tasks', { tasks: PLAN });
  return { kind: 'over' };
}

async function sumUp(work: Work, planned: readonly Line[]): Promise<Outcome> {
  const tasks = await Promise.all(planned.map(({ id }) => work.task(id)));
  const lines = tasks.map(({ title, status, result }) => `- ${title}: ${firstLine(result?.output) ?? status}`);
  await work.tools.call('submit_result', { output: signed(`What the team found:\n\n${lines.join('\n')}`) });
  return { kind: 'over' };
}

const firstLine = (text: string | null | undefined): string | undefined => text?.split('\n')[0]?.replace(/:$/, '');
