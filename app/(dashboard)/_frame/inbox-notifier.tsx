'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { plural } from '@/app/_ui/number';
import { arrivedSince, type Known } from '../_inbox/inbox-count';
import { useInbox } from '../_queries/use-inbox';
import { headlineOf, whoOf } from '../_inbox/inbox-words';
import { notifyState, readNotifyState, showNotification } from './notify';

const TAG = 'switchboard-inbox';

/** Tells by the browser's own means what came to wait, on every page, while nobody looks at this one. */
export function InboxNotifier() {
  const { items, data } = useInbox();
  const router = useRouter();
  const known = useRef<Known | null>(null);
  const pages = data?.pages.length ?? 0;
  useEffect(readNotifyState, []);
  useEffect(() => {
    if (pages === 0) return;
    const arrived = arrivedSince(known.current, items, pages);
    known.current = { ids: new Set(items.map(({ id }) => id)), pages };
    const [first] = arrived;
    if (first === undefined || notifyState.get() !== 'on' || document.hasFocus()) return;
    const { title } = headlineOf(first);
    const [heading, body] =
      arrived.length === 1
        ? [`${whoOf(first)}: ${first.kind}`, title]
        : [
            `${plural(arrived.length, 'new item')} in the inbox`,
            arrived.map(item => headlineOf(item).title).join('\n'),
          ];
    showNotification(heading, body, arrived.length === 1 ? first.id : TAG, () =>
      router.push(arrived.length === 1 ? `/inbox?item=${first.id}` : '/inbox'),
    );
  }, [items, pages, router]);
  return null;
}
