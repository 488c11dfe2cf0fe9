import type { Message } from '@/lib/domain/message/schema';
import type { Task } from '@/lib/domain/task/schema';
import { answer, signed, type Skill, type Work } from '../work';
import { planRun } from './plan-run';

/** Plans a run; or sums up: a thread by who said how much, a finished task by what it handed in. */
export const projectManagement: Skill = async work => {
  if (work.dispatch.source.kind === 'message') return threadInNumbers(work);
  const task = await work.task();
  return task.kind === 'plan' ? planRun(work) : statusNote(work, task);
};

const statusNote = async (work: Work, { dependsOn, runId }: Task) => {
  const before: Task[] = [];
  for (const id of dependsOn) before.push(await work.task(id));
  await work.step(40, `reading what ${before.length} task handed in`);
  const handedIn = new Map(
    before.flatMap(({ result }) => result?.deliverables ?? []).map(({ name, value }) => [name, value]),
  );
  const total = handedIn.get('total');
  const first = handedIn.get('table')?.split('\n')[2];
  if (total === undefined || first === undefined) {
    return { kind: 'fail' as const, why: 'the table and its total were not handed in', retryable: false };
  }
  const [kind, files] = first
    .split('|')
    .slice(1, 3)
    .map(cell => cell.trim());
  const note = `This repository has ${total}. Most files are ${kind}: ${files}.`;
  const { thread } = work.dispatch;
  // In a run the planner hears of it, and tells people in its result.
  if (runId === null) {
    await work.send('note', { to: 'human', body: note, ...(thread === null ? {} : { threadId: thread.id }) });
  }
  await work.tools.call('submit_result', { output: signed(note), deliverables: [{ name: 'note', value: note }] });
  return { kind: 'over' as const };
};

const threadInNumbers = async (work: Work) => {
  const threadId = work.dispatch.thread!.id;
  await work.step(30, 'reading the thread');
  const { items } = await work.tools.call<{ items: Message[] }>('read_thread', { threadId, limit: MAX_READ });
  const by = new Map<string, number>();
  for (const { from } of items) by.set(speaker(from), (by.get(speaker(from)) ?? 0) + 1);
  const questions = items.filter(({ kind }) => kind === 'question').length;
  const answers = items.filter(({ kind }) => kind === 'answer').length;
  await work.step(80, `${items.length} messages read`);
  const who = [...by].map(([name, count]) => `${name} ${count}`).join(', ');
  return answer(`${items.length} messages so far: ${who}. ${questions} questions were asked, ${answers} answered.`);
};

const MAX_READ = 100;
const speaker = ({ kind, id }: Message['from']): string => (kind === 'agent' ? id : 'people');
