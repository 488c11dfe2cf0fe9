import type { InboxItem, InboxKind } from '@/lib/domain/inbox/schema';
import { formatSpan } from '@/app/_ui/countdown';
import type { Lamp } from '@/app/_ui/status';
import { firstLine } from '../_work/first-line';

/** A chip of the filter, and what an empty list says would come. */
export const KIND_WORDS: Record<InboxKind, { many: string; none: string; comes: string }> = {
  question: {
    many: 'Questions',
    none: 'No question waits.',
    comes: 'An agent asked people, or a question to another agent was not answered in time. Your answer wakes it.',
  },
  blocker: {
    many: 'Blockers',
    none: 'No blocker waits.',
    comes: 'An agent cannot go on without something it names, or a task ended without all its deliverables.',
  },
  message: {
    many: 'Messages',
    none: 'No message waits.',
    comes: 'Somebody wrote to people. It waits until a person writes in its thread, or it or its thread is done.',
  },
  'late-output': {
    many: 'Late outputs',
    none: 'No late output waits.',
    comes: 'An agent came back when its claim was over: lapsed, or stopped. What it made is kept until you decide.',
  },
  dead: {
    many: 'Dead',
    none: 'No dead work waits.',
    comes: 'Work was given up after its last attempt. Redrive it, hand it over or cancel it.',
  },
  'loop-stopped': {
    many: 'Looped',
    none: 'No looped work waits.',
    comes: 'Replies to replies went on for too long and were stopped.',
  },
  unroutable: {
    many: 'Unroutable',
    none: 'No unroutable work waits.',
    comes: 'A message is addressed to an agent type that does not exist.',
  },
};

/** Blockers are of two sorts: one somebody asked, which an answer clears, and a task that ended incomplete. */
export const isAnswerable = ({ kind, id, taskId }: InboxItem): boolean =>
  kind === 'question' || (kind === 'blocker' && id !== taskId);

const isTask = ({ id, taskId }: InboxItem): boolean => id === taskId;
/** What the item's actions go to. */
export const recordOf = (item: InboxItem): 'message' | 'task' | 'dispatch' =>
  item.kind === 'late-output' ? 'dispatch' : isTask(item) ? 'task' : 'message';

/** Whose it is: who asked, or whose work stands still. */
export const whoOf = ({ from, assignedTo }: InboxItem): string => assignedTo ?? from?.id ?? 'the plane';

export interface Headline {
  title: string;
  /** What it says, where the title is what its thread is called. */
  words: string | null;
  /** Why it stands still. */
  note: string | null;
}

/** The text of stuck work comes with its reason before it; the page shows the two apart. */
export function bodyOf({ kind, text, reason }: InboxItem): string {
  const isApart = kind !== 'question' && reason !== undefined && text.startsWith(`${reason}\n`);
  return isApart ? text.slice(reason.length + 1) : text;
}

export function headlineOf(item: InboxItem): Headline {
  const { reason, needs, subject } = item;
  if (needs !== undefined) {
    return { title: firstLine(reason ?? item.text), words: null, note: `needs ${firstLine(needs)}` };
  }
  const words = firstLine(bodyOf(item));
  const note = reason === undefined ? null : firstLine(reason);
  return subject === undefined ? { title: words, words: null, note } : { title: firstLine(subject), words, note };
}

/** Nearer than this, the deadline is the first thing to see. */
const SOON_MS = 5 * 60_000;

export interface Countdown {
  text: string;
  lamp: Lamp;
  isOver: boolean;
}

/** What the deadline means now; null where there is none. */
export function countdownOf({ deadline, default: fallback }: InboxItem, nowMs: number): Countdown | null {
  if (deadline === undefined) return null;
  const leftMs = Date.parse(deadline) - nowMs;
  if (leftMs <= 0) {
    const text = fallback === undefined ? `overdue by ${formatSpan(-leftMs)}` : 'its default is being taken';
    return { text, lamp: 'failed', isOver: true };
  }
  const text = fallback === undefined ? `due in ${formatSpan(leftMs)}` : `default in ${formatSpan(leftMs)}`;
  return { text, lamp: leftMs < SOON_MS ? 'waiting' : 'idle', isOver: false };
}
