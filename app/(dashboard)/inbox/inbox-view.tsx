'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { ListDetail } from '../_frame/list-detail';
import { useTitle } from '../_frame/use-title';
import { badgeText } from '../_inbox/inbox-count';
import { useDropInboxItem, useInbox, useInboxOf } from '../_queries/use-inbox';
import { InboxAnnouncer } from './inbox-announcer';
import { InboxList } from './inbox-list';
import { afterDealing, byUrgency, stepFrom } from '../_inbox/inbox-order';
import { ItemPanel } from './item-panel';
import { useInboxKeys } from './use-inbox-keys';
import { useInboxPlace } from './use-inbox-place';

/** Everything that waits for a person, and beside it what one does about it. */
export function InboxView() {
  const place = useInboxPlace();
  const { itemId, open } = place;
  const list = useInboxOf(place.kind);
  const items = useMemo(() => byUrgency(list.items), [list.items]);
  const drop = useDropInboxItem();
  const root = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useCountInTitle();
  useFocusFollows(itemId, root, panel);
  useInboxKeys({
    root,
    panel,
    onStep: step => open(stepFrom(items, itemId, step), itemId === null ? 'push' : 'replace'),
    onClose: () => open(null),
  });
  const { item, isGone } = useOpenItem(itemId, items);
  useEffect(() => {
    // A link may lead to something farther down than what was read.
    if (itemId !== null && item === null) list.loadMore();
  }, [itemId, item, list]);
  const onDealt = (id: string) => {
    open(afterDealing(items, id));
    drop(id);
  };
  return (
    <div ref={root}>
      <InboxAnnouncer />
      <ListDetail
        title="Inbox"
        list={<InboxList place={place} list={list} items={items} />}
        detail={
          itemId === null ? null : (
            <ItemPanel
              key={itemId}
              panelRef={panel}
              item={item}
              isGone={isGone && !list.isPending}
              isReading={list.isPending || list.hasNextPage}
              closeHref={place.hrefOf(null)}
              onDealt={onDealt}
            />
          )
        }
        listClassName="w-80 xl:w-[26rem]"
      />
    </div>
  );
}

/** The open item, also after somebody else dealt with it: what was being written about it is not swept away. */
function useOpenItem(itemId: string | null, items: readonly InboxItem[]) {
  const found = items.find(({ id }) => id === itemId) ?? null;
  const [seen, setSeen] = useState<InboxItem | null>(null);
  if (found !== null && found !== seen) setSeen(found);
  const item = found ?? (seen?.id === itemId ? seen : null);
  return { item, isGone: found === null };
}

function useCountInTitle(): void {
  const { items, isPending, hasNextPage } = useInbox();
  useTitle(isPending || items.length === 0 ? 'Inbox' : `(${badgeText(items.length, hasNextPage)}) Inbox`);
}

type Box = React.RefObject<HTMLDivElement | null>;

/** What opens takes the focus; what closes gives it back to its row, or to the list when the row is gone. */
function useFocusFollows(itemId: string | null, root: Box, panel: Box): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    const closed = before.current;
    before.current = itemId;
    if (itemId !== null) panel.current?.focus({ preventScroll: true });
    else if (closed !== null) {
      const row = root.current?.querySelector<HTMLElement>(`[data-item-id="${CSS.escape(closed)}"]`);
      (row ?? root.current?.querySelector<HTMLElement>('[data-inbox-list]'))?.focus();
    }
  }, [itemId, root, panel]);
}
