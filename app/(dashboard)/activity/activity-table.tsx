'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { Activity } from '@/lib/domain/activity/schema';
import { ChangeList } from '@/app/_ui/change-list';
import { Dialog } from '@/app/_ui/dialog';
import { plural } from '@/app/_ui/number';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';

const ROW_PX = 36;
const CARD_PX = 60;
const GRID =
  'grid grid-cols-[7rem_minmax(0,1.2fr)_minmax(0,1.2fr)_minmax(0,1.5fr)_minmax(0,1.6fr)] items-center gap-3 px-4';

interface ActivityTableProps {
  items: readonly Activity[];
  onEnd: () => void;
  onActor: (id: string) => void;
  onSubject: (id: string) => void;
}

export function ActivityTable({ items, onEnd, onActor, onSubject }: ActivityTableProps) {
  const narrow = useNarrow();
  const [opened, setOpened] = useState<Activity | null>(null);
  return (
    <>
      {narrow ? null : (
        <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
          <span>when</span>
          <span>who</span>
          <span>action</span>
          <span>subject</span>
          <span>changed</span>
        </div>
      )}
      <VirtualRows
        label="Audit log, newest first"
        items={items}
        keyOf={row => row.id}
        rowHeight={narrow ? CARD_PX : ROW_PX}
        onEnd={onEnd}
        className="flex-1"
        render={row => (
          <div
            className={
              narrow
                ? 'flex h-full flex-col justify-center gap-0.5 border-b border-separator px-4 text-table'
                : `${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary`
            }
          >
            <TimeAgo at={row.at} className="text-xs text-muted" />
            <Cell label={row.actor.label} note={row.actor.kind} onPress={() => onActor(row.actor.id)} />
            <code className="truncate text-xs">{row.action}</code>
            {narrow ? null : (
              <>
                <Cell label={row.subject.id} note={row.subject.kind} onPress={() => onSubject(row.subject.id)} isCode />
                <Changed row={row} onOpen={() => setOpened(row)} />
              </>
            )}
          </div>
        )}
      />
      <Dialog isOpen={opened !== null} onClose={() => setOpened(null)} title={opened?.action ?? ''}>
        {opened ? <Opened row={opened} /> : null}
      </Dialog>
    </>
  );
}

interface CellProps {
  label: string;
  note: string;
  onPress: () => void;
  isCode?: boolean;
}

/** Pressed, it becomes a filter. */
function Cell({ label, note, onPress, isCode = false }: CellProps) {
  return (
    <button
      type="button"
      onClick={onPress}
      title={`Only ${label}`}
      className="flex min-w-0 items-baseline gap-2 rounded-sm text-left hover:underline"
    >
      <span className={`truncate ${isCode ? 'mono text-xs' : ''}`}>{label}</span>
      <span className="text-xs text-muted">{note}</span>
    </button>
  );
}

function Changed({ row, onOpen }: { row: Activity; onOpen: () => void }) {
  if (row.changes.length === 0) return <span className="text-muted">–</span>;
  const fields = row.changes.map(({ field }) => field).join(', ');
  return (
    <button
      type="button"
      onClick={onOpen}
      className="truncate rounded-sm text-left underline decoration-border-strong underline-offset-2 hover:decoration-current"
    >
      <span className="tabular">{plural(row.changes.length, 'field')}</span>{' '}
      <span className="text-muted">{fields}</span>
    </button>
  );
}

const PAGES: Record<string, string> = {
  thread: '/threads',
  task: '/tasks',
  'agent-type': '/agents',
  project: '/projects',
};

function Opened({ row }: { row: Activity }) {
  const page = PAGES[row.subject.kind];
  return (
    <div className="flex flex-col gap-3">
      <p className="text-table text-muted">
        {row.actor.label} ({row.actor.kind}), <TimeAgo at={row.at} />
        {page ? (
          <>
            {' · '}
            <Link href={`${page}/${row.subject.id}`} className="underline underline-offset-2">
              open the {row.subject.kind}
            </Link>
          </>
        ) : null}
      </p>
      <ChangeList changes={row.changes} />
    </div>
  );
}
