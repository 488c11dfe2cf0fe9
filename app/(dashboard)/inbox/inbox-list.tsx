'use client';
import { Kbd } from '@heroui/react/kbd';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { useSingleKeys } from '@/app/_ui/single-keys';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { useInbox, type useInboxOf } from '../_queries/use-inbox';
import { InboxEmpty } from './inbox-empty';
import { countKinds } from '../_inbox/inbox-order';
import { INBOX_CARD_PX, INBOX_ROW_PX, InboxCard, InboxHead, InboxRow } from './inbox-row';
import { KEY_LOOK } from './key-look';
import { KindBar } from './kind-bar';
import { NotifyButton, NotifyNote } from './notify-button';
import type { InboxPlace } from './use-inbox-place';

interface InboxListProps {
  place: InboxPlace;
  list: ReturnType<typeof useInboxOf>;
  /** In the order they are shown. */
  items: readonly InboxItem[];
}

export function InboxList({ place, list, items }: InboxListProps) {
  const all = useInbox();
  const compact = useNarrow() || place.itemId !== null;
  return (
    <>
      <PageHeader title="Inbox" note={<NotifyNote />} actions={<NotifyButton isShort={compact} />} />
      <section
        aria-label="Inbox"
        tabIndex={-1}
        data-inbox-list
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface outline-none focus-visible:border-border-strong"
      >
        <KindBar
          kind={place.kind}
          counts={all.isPending ? null : countKinds(all.items)}
          onFilter={place.filter}
          compact={compact}
        />
        <InboxRows place={place} list={list} items={items} compact={compact} />
      </section>
    </>
  );
}

function InboxRows({ place, list, items, compact }: InboxListProps & { compact: boolean }) {
  if (list.isError && items.length === 0) {
    return (
      <ErrorState title="The inbox could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />
    );
  }
  if (list.isPending) return <SkeletonRows rows={10} />;
  if (items.length === 0) return <InboxEmpty kind={place.kind} onClear={() => place.filter(null)} />;
  const open = (id: string) => place.open(id, place.itemId === null ? 'push' : 'replace');
  const Row = compact ? InboxCard : InboxRow;
  return (
    <>
      {compact ? null : <InboxHead />}
      <VirtualRows
        label="What waits, the nearest deadline first"
        items={items}
        keyOf={item => item.id}
        rowHeight={compact ? INBOX_CARD_PX : INBOX_ROW_PX}
        onEnd={list.loadMore}
        openKey={place.itemId}
        className="flex-1"
        render={item => (
          <Row item={item} href={place.hrefOf(item.id)} isOpen={item.id === place.itemId} onOpen={open} />
        )}
      />
      <KeyHints />
    </>
  );
}

interface Hint {
  keys: string[];
  does: string;
  /** No letter or digit: heard also while single keys are off. */
  isNamed?: true;
}

const HINTS: Hint[] = [
  { keys: ['j', 'k'], does: 'move' },
  { keys: ['1', '–', '9'], does: 'answer' },
  { keys: ['↵'], does: 'write', isNamed: true },
  { keys: ['esc'], does: 'back', isNamed: true },
];

function KeyHints() {
  const may = useMay();
  const areSingleHeard = useSingleKeys();
  const hints = HINTS.filter(
    ({ does, isNamed }) => (may.work || does === 'move' || does === 'back') && (areSingleHeard || isNamed === true),
  );
  return (
    <p
      aria-hidden
      className="hidden shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-t border-border px-4 py-2 text-xs text-muted sm:flex pointer-coarse:hidden"
    >
      {hints.map(({ keys, does }) => (
        <span key={does} className="flex items-center gap-1 whitespace-nowrap">
          {keys.map(key =>
            key === '–' ? (
              key
            ) : (
              <Kbd key={key} className={KEY_LOOK}>
                {key}
              </Kbd>
            ),
          )}{' '}
          {does}
        </span>
      ))}
    </p>
  );
}
