import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { HUMAN } from '@/lib/domain/fields';
import type { Message, MessageStatus } from '@/lib/domain/message/schema';
import { isRunOver, type Run } from '@/lib/domain/run/schema';
import type { Task, TaskStatus } from '@/lib/domain/task/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import type { ToolCall } from '@/lib/domain/tool-call/schema';
import type { Client } from '@/lib/sdk/client';
import { readAll } from './read-all';

/** One thread as the API shows it, with all that hangs on it. */
export interface ThreadView {
  thread: Thread;
  messages: Message[];
  tasks: Task[];
  dispatches: DispatchRecord[];
}

/** What the demo caused, read from the API: its own memory is no proof. */
export class Board {
  constructor(
    private readonly client: Client,
    private readonly projectId: string,
    private readonly consumer: string,
    /** The server's time. */
    private readonly since: string,
  ) {}

  /** Threads of this demo, and those of earlier ones whose question was answered since: the team takes them up. */
  async read(): Promise<ThreadView[]> {
    const { client, projectId, since } = this;
    const takenUp = await this.#takenUp();
    const threads = await readAll<Thread>(client, '/api/threads', { projectId });
    const views: ThreadView[] = [];
    for (const thread of threads.filter(({ id, createdAt }) => createdAt >= since || takenUp.has(id))) {
      const [messages, tasks, dispatches] = await Promise.all([
        readAll<Message>(client, `/api/threads/${thread.id}/messages`, {}),
        readAll<Task>(client, '/api/tasks', { threadId: thread.id }),
        readAll<DispatchRecord>(client, '/api/dispatches', { threadId: thread.id }),
      ]);
      views.push({ thread, messages, tasks, dispatches });
    }
    return views.toSorted((a, b) => a.thread.createdAt.localeCompare(b.thread.createdAt));
  }

  /** Runs of this demo that go on. */
  async openRuns(): Promise<Run[]> {
    const runs = await readAll<Run>(this.client, '/api/runs', { projectId: this.projectId });
    return runs.filter(({ createdAt, status }) => createdAt >= this.since && !isRunOver(status));
  }

  async #takenUp(): Promise<Set<string | null>> {
    const [ours, waiting] = await Promise.all([
      readAll<DispatchRecord>(this.client, '/api/dispatches', { consumer: this.consumer }),
      readAll<DispatchRecord>(this.client, '/api/dispatches', { status: 'waiting' }),
    ]);
    const answered = waiting.filter(({ question }) => question?.answered === true);
    return new Set([...ours, ...answered].map(({ threadId }) => threadId));
  }

  /** What the agents of these threads called; newest first, so that those of earlier demos are hardly reached. */
  async toolCalls(views: readonly ThreadView[]): Promise<ToolCall[]> {
    const dispatches = new Set(views.flatMap(view => view.dispatches.map(({ id }) => id)));
    const isOld = ({ createdAt }: ToolCall) => createdAt < this.since;
    const calls = await readAll<ToolCall>(this.client, '/api/tool-calls', {}, isOld);
    return calls.filter(({ dispatchId }) => dispatchId !== null && dispatches.has(dispatchId));
  }
}

const OPEN_MESSAGES: readonly MessageStatus[] = ['queued', 'held', 'claimed', 'waiting', 'unroutable'];
const OPEN_TASKS: readonly TaskStatus[] = ['pending', 'ready', 'held', 'running', 'waiting', 'blocked'];

/** The question that a person has not answered yet. */
export const openQuestion = ({ messages, dispatches }: ThreadView): Message | undefined => {
  const asked = new Set(
    dispatches.flatMap(({ status, question }) =>
      status === 'waiting' && question && !question.answered ? question.id : [],
    ),
  );
  return messages.find(({ id, kind, assignedTo }) => kind === 'question' && assignedTo === HUMAN && asked.has(id));
};

/** Work that is still to end; what waits for a person is not the team's to end. */
export function unended(view: ThreadView): (Message | Task)[] {
  const question = openQuestion(view);
  const waitsForPerson = (item: Message | Task) => item.status === 'waiting' && question !== undefined;
  return [
    ...view.messages.filter(item => OPEN_MESSAGES.includes(item.status) && !waitsForPerson(item)),
    ...view.tasks.filter(item => OPEN_TASKS.includes(item.status) && !waitsForPerson(item)),
  ];
}
