'use client';
import Link from 'next/link';
import type { Run } from '@/lib/domain/run/schema';
import type { Traced, TraceEntry } from '@/lib/domain/run/trace';
import { Lamp } from '@/app/_ui/lamp';
import { meaningOf, type Lamp as LampName } from '@/app/_ui/status';
import { ClockTime } from '@/app/_ui/time-ago';

export const TRACE_ROW_PX = 36;
export const TRACE_CARD_PX = 64;
const GRID = 'grid grid-cols-[6.5rem_10rem_minmax(0,1fr)_minmax(0,9rem)_minmax(0,1.4fr)] items-center gap-3 px-4';

export interface TraceNames {
  run: Run;
  /** What the tasks of the run are called. */
  tasks: ReadonlyMap<string, string>;
}

export function TraceHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>time</span>
      <span>what</span>
      <span>record</span>
      <span>by</span>
      <span>came from</span>
    </div>
  );
}

interface TraceRowProps {
  entry: TraceEntry;
  names: TraceNames;
  isCard: boolean;
}

export function TraceRow({ entry, names, isCard }: TraceRowProps) {
  const { at, what, record, by, via } = entry;
  const [first, second] = via;
  const came = (
    <span className="flex min-w-0 items-center gap-1 text-xs text-muted">
      <Place traced={first} near={second} names={names} />
      <span aria-hidden>‹</span>
      <Place traced={second} near={first} names={names} />
    </span>
  );
  const verb = (
    <span className="flex min-w-0 items-center gap-1.5">
      <Lamp lamp={lampOf(what)} />
      <span className="truncate text-xs">{what}</span>
    </span>
  );
  if (isCard) {
    return (
      <div className="flex h-full flex-col justify-center gap-0.5 border-b border-separator px-4">
        <span className="flex items-center gap-2">
          {verb}
          <ClockTime at={at} className="ml-auto text-2xs text-muted" />
        </span>
        <Place traced={record} near={first} names={names} isMain />
        {came}
      </div>
    );
  }
  return (
    <div className={`${GRID} h-full border-b border-separator hover:bg-surface-secondary`}>
      <ClockTime at={at} className="text-2xs text-muted" />
      {verb}
      <Place traced={record} near={first} names={names} isMain />
      <span className="truncate text-xs text-muted" title={by}>
        {by.replace(/^(agent|user):/, '')}
      </span>
      {came}
    </div>
  );
}

/** A verb that is a status lights its lamp; the others are steps. */
const lampOf = (what: string): LampName => {
  const verb = what.slice(what.indexOf('.') + 1);
  if (verb === 'blocker') return 'blocked';
  if (verb === 'question') return 'waiting';
  return verb === 'progress' || verb === 'claimed'
    ? 'running'
    : meaningOf(verb, what.startsWith('run.') ? 'run' : '').lamp;
};

interface PlaceProps {
  traced: Traced;
  /** Its neighbour on the way up: a dispatch is shown on the page of its task. */
  near: Traced;
  names: TraceNames;
  isMain?: boolean;
}

function Place({ traced, near, names, isMain = false }: PlaceProps) {
  const { kind, id } = traced;
  const taskId = kind === 'task' ? id : near.kind === 'task' ? near.id : null;
  const task = taskId === null ? undefined : names.tasks.get(taskId);
  const href = hrefOf(traced, taskId, names.run);
  const word =
    kind === 'run' ? 'the run' : kind === 'task' ? (task ?? 'a task') : kind === 'person' ? 'a person' : kind;
  const text = isMain && kind !== 'task' && task !== undefined ? `${word} of ${task}` : word;
  return (
    <Link
      href={href}
      prefetch={false}
      title={`${kind} ${id}`}
      className={`min-w-0 truncate hover:underline ${isMain ? 'text-table font-medium' : 'underline underline-offset-2'}`}
    >
      {text}
    </Link>
  );
}

function hrefOf({ kind, id }: Traced, taskId: string | null, run: Run): string {
  switch (kind) {
    case 'run':
      return `/runs/${id}`;
    case 'task':
      return `/tasks/${id}`;
    case 'message':
      return `/threads/${run.threadId}`;
    case 'dispatch':
      return taskId === null ? `/runs/${run.id}?view=attempts` : `/tasks/${taskId}`;
    case 'report':
      return `/runs/${run.id}?view=reports`;
    case 'person':
      return `/activity?actorId=${encodeURIComponent(id)}`;
  }
}
