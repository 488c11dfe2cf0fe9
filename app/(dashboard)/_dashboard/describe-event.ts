import type { LoggedEvent } from '@/app/_live/use-event-log';
import { formatDuration } from '@/app/_ui/duration';
import type { Lamp } from '@/app/_ui/status';
import { meaningOf } from '@/app/_ui/status';

export interface EventLine {
  /** Whom or what it is about. */
  about: string;
  /** What else its routing fields say. */
  note: string;
  lamp: Lamp;
  href: string | null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const TYPE_LAMPS: Record<string, Lamp> = {
  'tool:start': 'running',
  'tool:done': 'done',
  'tool:error': 'failed',
  'session:open': 'running',
  'session:close': 'done',
  'session:expired': 'failed',
};

/** One event as a line of the feed, from its routing fields alone. */
export function describeEvent({ type, data }: Pick<LoggedEvent, 'type' | 'data'>): EventLine {
  const status = text(data['status']);
  const [noun] = type.split(/[-:]/);
  const lamp = TYPE_LAMPS[type] ?? (type.endsWith('-deleted') ? 'idle' : meaningOf(status, noun).lamp);
  switch (noun) {
    case 'tool':
      return {
        about: text(data['tool']),
        note: joined(durationOf(data['durationMs']), text(data['error'])),
        lamp,
        href: sessionHref(data),
      };
    case 'session':
      return {
        about: `session ${text(data['sessionId']).slice(-6)}`,
        note: text(data['agentType']),
        lamp,
        href: sessionHref(data),
      };
    case 'agent':
      return { about: text(data['slug']), note: revisionOf(data['revision']), lamp: 'idle', href: slugHref(data) };
    case 'dispatch':
      return {
        about: text(data['agentType']),
        note: joined(status, byOf(data)),
        lamp,
        href: taskHref(sourceTask(data)) ?? threadHref(data),
      };
    case 'report':
      return {
        about: text(data['kind']),
        note: '',
        lamp: meaningOf(text(data['kind'])).lamp,
        href: taskHref(text(data['taskId'])),
      };
    case 'run':
      return { about: text(data['plannerType']), note: status, lamp, href: `/runs/${text(data['id'])}` };
    case 'message':
      return {
        about: routeOf(data),
        note: joined(shownStatus(status), priorityOf(data)),
        lamp,
        href: threadHref(data),
      };
    default:
      return {
        about: text(data['assignedTo']) || text(data['title']) || text(data['slug']),
        note: joined(shownStatus(status), priorityOf(data)),
        lamp,
        href: recordHref(noun ?? '', data),
      };
  }
}

/** From whom to whom. */
function routeOf(data: Record<string, unknown>): string {
  const from = text((data['from'] as { id?: unknown } | undefined)?.id);
  return [from, text(data['assignedTo'])].filter(name => name !== '').join(' → ');
}

const shownStatus = (status: string): string => (status === 'none' ? '' : status);
const joined = (...parts: string[]): string => parts.filter(part => part !== '').join(' · ');
const durationOf = (value: unknown): string => (typeof value === 'number' ? formatDuration(value) : '');
const revisionOf = (value: unknown): string => (typeof value === 'number' ? `revision ${value}` : '');
const byOf = (data: Record<string, unknown>): string => (text(data['consumer']) ? `by ${text(data['consumer'])}` : '');
const priorityOf = (data: Record<string, unknown>): string =>
  text(data['priority']) === 'normal' ? '' : text(data['priority']);
const threadHref = (data: Record<string, unknown>): string | null =>
  text(data['threadId']) ? `/threads/${text(data['threadId'])}` : null;
const taskHref = (id: string): string | null => (id ? `/tasks/${id}` : null);
const sessionHref = (data: Record<string, unknown>): string | null =>
  text(data['sessionId']) ? `/sessions/${text(data['sessionId'])}` : null;
const slugHref = (data: Record<string, unknown>): string | null =>
  text(data['slug']) ? `/agents/${text(data['slug'])}` : null;

/** The task that the dispatch is of; nothing, where it is of a message. */
function sourceTask(data: Record<string, unknown>): string {
  const { kind, id } = (data['source'] ?? {}) as Record<string, unknown>;
  return kind === 'task' ? text(id) : '';
}

function recordHref(noun: string, data: Record<string, unknown>): string | null {
  const id = text(data['id']);
  if (noun === 'thread') return `/threads/${id}`;
  if (noun === 'task') return taskHref(id);
  if (noun === 'project') return `/projects/${id}`;
  return threadHref(data);
}
