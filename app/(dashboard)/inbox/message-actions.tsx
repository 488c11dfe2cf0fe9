'use client';
import Link from 'next/link';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { api } from '@/app/_live/api';
import { ActButton } from './act-button';
import { useDeal } from './use-deal';

interface ActionsProps {
  item: InboxItem;
  isGone: boolean;
  onDealt: () => void;
}

/** Nobody stands still for it: it is answered where it was said, or only marked. */
export function MessageActions({ item, isGone, onDealt }: ActionsProps) {
  const { deal, isPending } = useDeal({ isGone, onDealt });
  return (
    <>
      <p className="mb-2 max-w-[72ch] text-table text-muted">
        No work stands still for it.{' '}
        <Link href={`/threads/${item.threadId}`} className="font-medium text-foreground underline underline-offset-2">
          Reply in its thread
        </Link>
        , or mark it done once you have seen to it.
      </p>
      <ActButton
        isPrimary
        variant="primary"
        shortcut="d"
        isPending={isPending}
        isDisabled={isGone}
        onPress={() => deal('Marked done', () => api.patch(`/api/messages/${item.id}`, { status: 'done' }))}
      >
        Mark done
      </ActButton>
    </>
  );
}
