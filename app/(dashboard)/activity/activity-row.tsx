import type { Activity } from '@/lib/domain/activity/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { plural } from '@/app/_ui/number';
import { TimeAgo } from '@/app/_ui/time-ago';

export const ACTIVITY_ROW_PX = 36;
export const ACTIVITY_CARD_PX = 56;
const GRID =
  'grid grid-cols-[7rem_minmax(0,1.2fr)_minmax(0,1.2fr)_minmax(0,1.5fr)_minmax(0,1.6fr)] items-center gap-3 px-4';

/** A pressed cell becomes a filter. */
export type OnPin = (filter: { action?: string; actorId?: string; subjectId?: string }) => void;

export function ActivityHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>when</span>
      <span>who</span>
      <span>action</span>
      <span>subject</span>
      <span>changed</span>
    </div>
  );
}

interface ActivityRowProps {
  row: Activity;
  /** What people call the subject. */
  name: string;
  onOpen: () => void;
  onPin: OnPin;
}

export function ActivityRow({ row, name, onOpen, onPin }: ActivityRowProps) {
  return (
    <div className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary`}>
      <TimeAgo at={row.at} className="text-xs text-muted" />
      <Cell label={row.actor.label} note={row.actor.kind} onPress={() => onPin({ actorId: row.actor.id })} />
      <Cell label={row.action} isCode onPress={() => onPin({ action: row.action })} />
      <Cell label={name} note={row.subject.kind} isCode onPress={() => onPin({ subjectId: row.subject.id })} />
      <Changed row={row} onOpen={onOpen} />
    </div>
  );
}

export function ActivityCard({ row, name, onOpen }: Omit<ActivityRowProps, 'onPin'>) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className="flex h-full w-full flex-col justify-center gap-0.5 border-b border-separator px-4 text-left text-table focus-visible:-outline-offset-2"
    >
      <span className="flex w-full items-baseline gap-3">
        <code className="min-w-0 flex-1 truncate text-xs">{row.action}</code>
        <TimeAgo at={row.at} className="text-xs text-muted" />
      </span>
      <span className="w-full truncate text-xs text-muted">
        {row.actor.label} · {row.subject.kind} {name}
      </span>
    </button>
  );
}

interface CellProps {
  label: string;
  note?: string;
  onPress: () => void;
  isCode?: boolean;
}

function Cell({ label, note, onPress, isCode = false }: CellProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      title={`Only ${label}`}
      className="flex min-w-0 items-baseline gap-2 rounded-sm text-left hover:underline"
    >
      <span className={`truncate ${isCode ? 'mono text-xs' : ''}`}>{label}</span>
      {note ? <span className="shrink-0 text-xs whitespace-nowrap text-muted">{note}</span> : null}
    </button>
  );
}

function Changed({ row, onOpen }: { row: Activity; onOpen: () => void }) {
  if (row.changes.length === 0) return <span className="text-muted">{NO_DATA}</span>;
  return (
    <button
      type="button"
      onClick={onOpen}
      className="truncate rounded-sm text-left underline decoration-border-strong underline-offset-2 hover:decoration-current"
    >
      <span className="tabular">{plural(row.changes.length, 'field')}</span>{' '}
      <span className="text-muted">{row.changes.map(({ field }) => field).join(', ')}</span>
    </button>
  );
}
