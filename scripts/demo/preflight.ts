import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { ConsumerRecord } from '@/lib/domain/event/schema';
import type { ApiToken } from '@/lib/domain/identity/schema';
import type { Message } from '@/lib/domain/message/schema';
import type { Project } from '@/lib/domain/project/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Client } from '@/lib/sdk/client';
import { StartupError } from '@/lib/server/startup-error';
import { TEAM_LABEL } from './connect';
import { isDemoNode } from './northwind';
import { readAll } from './read-all';
import { TEAM } from './script';

/** What would spoil the demo, or what the demo would spoil, found before anything is written. */
export async function preflight(client: Client): Promise<void> {
  await requireTeam(client);
  const others = await otherOrchestrators(client);
  const connected = others.filter(consumer => consumer.connected);
  if (connected.length > 0) {
    throw refusal(
      `${connected.map(({ name }) => name).join(', ')} is connected and would take part of the demo's work`,
    );
  }
  if (others.length === 0) return;
  const waiting = await foreignWork(client);
  if (waiting > 0) {
    throw refusal(
      `${waiting} ${waiting === 1 ? 'message or task waits' : 'messages or tasks wait'} for ${others[0]!.name}; the demo's agents would answer them without any model`,
    );
  }
}

const refusal = (why: string): StartupError =>
  new StartupError(`${why}. To run the demo all the same: npm run demo -- --anyway`);

async function requireTeam(client: Client): Promise<void> {
  const types = await readAll<AgentType>(client, '/api/agent-types', {});
  const bySlug = new Map(types.map(type => [type.slug, type]));
  const faults = TEAM.flatMap(slug => {
    const type = bySlug.get(slug);
    if (type === undefined) return [`${slug} is not there`];
    if (!type.enabled) return [`${slug} is disabled`];
    return type.paused ? [`${slug} is paused`] : [];
  });
  if (faults.length > 0) throw new StartupError(`The demo needs these agent types: ${faults.join(', ')}.`);
}

/** Those a person runs here, now or before; the demo's own are known by their token. */
async function otherOrchestrators(client: Client): Promise<ConsumerRecord[]> {
  const tokens = await readAll<ApiToken>(client, '/api/tokens', {});
  const theirs = new Set(
    tokens.filter(({ role, label }) => role === 'orchestrator' && label !== TEAM_LABEL).map(({ id }) => id),
  );
  const consumers = await readAll<ConsumerRecord>(client, '/api/consumers', {});
  return consumers.filter(({ createdBy }) => theirs.has(createdBy));
}

/** Due work for the team's types that no demo made. */
async function foreignWork(client: Client): Promise<number> {
  const projects = await readAll<Project>(client, '/api/projects', {});
  const own = new Set(projects.filter(isDemoNode).map(({ id }) => id));
  const messages = await readAll<Message>(client, '/api/messages', { status: 'queued' });
  const tasks = await readAll<Task>(client, '/api/tasks', { status: 'ready' });
  const isForeign = ({ assignedTo, projectId }: Pick<Message, 'assignedTo' | 'projectId'>) =>
    assignedTo !== null && TEAM.includes(assignedTo) && (projectId === null || !own.has(projectId));
  return messages.filter(isForeign).length + tasks.filter(isForeign).length;
}
