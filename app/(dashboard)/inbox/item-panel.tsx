'use client';
import Link from 'next/link';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { useMay } from '@/app/_live/session';
import { EmptyState } from '@/app/_ui/empty-state';
import { Lamp } from '@/app/_ui/lamp';
import { Markdown } from '@/app/_ui/markdown';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { StatusWord } from '@/app/_ui/status-word';
import { DetailPanel } from '../_frame/detail-panel';
import { AnswerForm } from './answer-form';
import { bodyOf, headlineOf, isAnswerable, recordOf } from '../_inbox/inbox-words';
import { ItemBackground } from './item-background';
import { ItemFacts } from './item-facts';
import { LateActions } from './late-actions';
import { MessageActions } from './message-actions';
import { StuckActions } from './stuck-actions';

interface ItemPanelProps {
  panelRef: React.RefObject<HTMLDivElement | null>;
  item: InboxItem | null;
  isGone: boolean;
  isReading: boolean;
  closeHref: string;
  onDealt: (id: string) => void;
}

export function ItemPanel({ panelRef, item, isGone, isReading, closeHref, onDealt }: ItemPanelProps) {
  const title = item === null ? undefined : headlineOf(item).title;
  return (
    <div
      ref={panelRef}
      tabIndex={-1}
      role="group"
      aria-label={item === null ? 'What is open' : `${item.kind}: ${title}`}
      className="flex min-h-0 flex-1 flex-col outline-none [&:focus-visible>section]:border-border-strong"
    >
      {/* Where there is no room for the list, its heading goes with it. */}
      <h1 className="sr-only lg:hidden">Inbox</h1>
      <DetailPanel
        title={title}
        facts={item ? <StatusWord status={item.kind} chip className="shrink-0" /> : null}
        backHref={closeHref}
        backLabel="Back to the inbox"
      >
        {item !== null ? (
          <ItemBody item={item} isGone={isGone} onDealt={() => onDealt(item.id)} />
        ) : isReading ? (
          <SkeletonRows rows={8} />
        ) : (
          <EmptyState title="Nothing waits under this id.">
            It was dealt with, or is of another kind than the one shown.
          </EmptyState>
        )}
      </DetailPanel>
    </div>
  );
}

function ItemBody({ item, isGone, onDealt }: { item: InboxItem; isGone: boolean; onDealt: () => void }) {
  const may = useMay();
  const actions = { item, isGone, onDealt };
  return (
    <>
      {isGone ? <GoneNotice item={item} /> : null}
      <div
        tabIndex={0}
        role="region"
        aria-label="What it says"
        className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4 focus-visible:-outline-offset-2"
      >
        <ItemFacts item={item} />
        <ItemText item={item} />
        <ItemBackground item={item} />
      </div>
      {may.work ? (
        <div className="max-h-[60%] shrink-0 overflow-y-auto border-t border-border p-3">
          {isAnswerable(item) ? (
            <AnswerForm {...actions} />
          ) : item.kind === 'late-output' ? (
            <LateActions {...actions} />
          ) : item.kind === 'message' ? (
            <MessageActions {...actions} />
          ) : (
            <StuckActions {...actions} />
          )}
        </div>
      ) : null}
    </>
  );
}

function GoneNotice({ item }: { item: InboxItem }) {
  return (
    <p
      role="status"
      className="tint-done flex flex-wrap items-center gap-2 border-b border-border px-4 py-2 text-table"
    >
      <Lamp lamp="done" />
      It no longer waits: it was dealt with elsewhere.
      {item.threadId ? (
        <Link href={`/threads/${item.threadId}`} className="font-medium underline underline-offset-2">
          See its thread
        </Link>
      ) : null}
    </p>
  );
}

/** A late output is shown with its dispatch and a task with its record, which hold all of it. */
function ItemText({ item }: { item: InboxItem }) {
  if (item.kind === 'late-output') return null;
  if (item.needs !== undefined) {
    return (
      <>
        <Said title="Why it cannot go on" text={item.reason ?? ''} />
        <Said title="What it needs" text={item.needs} />
      </>
    );
  }
  return (
    <>
      {item.reason && item.kind !== 'question' ? <Said title="Why it stands still" text={item.reason} /> : null}
      {recordOf(item) === 'task' ? null : (
        <Said title={item.kind === 'question' ? 'The question' : 'The message'} text={bodyOf(item)} />
      )}
    </>
  );
}

function Said({ title, text }: { title: string; text: string }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <Markdown text={text} />
    </section>
  );
}
