import type { Message } from '@/lib/domain/message/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import type { Client } from '@/lib/sdk/client';
import type { Ask, Beat, Plan, RunAsk } from './script';

/** What was written, for the line that says so. */
export interface Written {
  threadId: string;
  to: string;
  what: string;
}

/** Writes as a person would: over the HTTP API, on the demo's project. */
export function writeBeat(client: Client, projectId: string, beat: Beat): Promise<Written> {
  if (beat.kind === 'message') return writeMessage(client, projectId, beat);
  return beat.kind === 'run' ? startRun(client, projectId, beat) : writePlan(client, projectId, beat);
}

async function startRun(client: Client, projectId: string, { intent }: RunAsk): Promise<Written> {
  const { threadId, plannerType } = await client.post<Run>('/api/runs', { intent, projectId });
  return { threadId, to: plannerType, what: `starts a run: ${intent}` };
}

async function writeMessage(client: Client, projectId: string, { to, priority, subject, body }: Ask): Promise<Written> {
  const message = { assignedTo: to, priority, subject, body, projectId };
  const { threadId } = await client.post<Message>('/api/messages', message);
  return { threadId, to, what: `asks, ${priority}: ${subject}` };
}

async function writePlan(client: Client, projectId: string, { subject, priority, tasks }: Plan): Promise<Written> {
  const thread = await client.post<Thread>('/api/threads', { subject, priority, projectId });
  let before: Task | undefined;
  for (const { follows, ...task } of tasks) {
    const dependsOn: string[] = follows && before !== undefined ? [before.id] : [];
    before = await client.post<Task>('/api/tasks', { ...task, threadId: thread.id, projectId, dependsOn });
  }
  const to = tasks.map(({ assignedTo }) => assignedTo).join(' then ');
  return { threadId: thread.id, to, what: `plans ${tasks.length} tasks, ${priority}: ${subject}` };
}
