'use client';
import { useEffect, useRef, useState } from 'react';
import { plural } from '@/app/_ui/number';
import { arrivedSince, type Known } from '../_inbox/inbox-count';
import { isAnswerable } from '../_inbox/inbox-words';
import { useInbox } from '../_queries/use-inbox';

/** What comes close together is one sentence. */
const GATHER_MS = 5_000;

/** Says to those who hear the page what came to wait; questions and blockers not, for the alarms say those. */
export function InboxAnnouncer() {
  const { items, data } = useInbox();
  const [sentence, setSentence] = useState('');
  const known = useRef<Known | null>(null);
  const arrived = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (pages === 0) return;
    arrived.current += arrivedSince(known.current, items, pages).filter(item => !isAnswerable(item)).length;
    known.current = { ids: new Set(items.map(({ id }) => id)), pages };
    if (arrived.current === 0) return;
    timer.current ??= setTimeout(() => {
      setSentence(`${plural(arrived.current, 'new item')} in the inbox`);
      arrived.current = 0;
      timer.current = undefined;
    }, GATHER_MS);
  }, [items, pages]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return (
    <p aria-live="polite" className="sr-only">
      {sentence}
    </p>
  );
}
