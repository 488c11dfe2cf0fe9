'use client';
import { useState } from 'react';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { api } from '@/app/_live/api';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { ActButton } from './act-button';
import { useDeal } from './use-deal';

interface ActionsProps {
  item: InboxItem;
  isGone: boolean;
  onDealt: () => void;
}

/** What came back late is taken into the thread or left. */
export function LateActions({ item, isGone, onDealt }: ActionsProps) {
  const [isAsking, setAsking] = useState(false);
  const { deal, isPending } = useDeal({ isGone, onDealt });
  const decide = (verb: 'accept' | 'discard', said: string) =>
    deal(said, () => api.post(`/api/dispatches/${item.id}/${verb}`));
  return (
    <>
      <p className="mb-2 max-w-[72ch] text-table text-muted">
        Accepted, it stands in the thread as the agent’s reply, marked late; work that nobody else has is done with it.
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <ActButton
          isPrimary
          variant="primary"
          shortcut="a"
          isPending={isPending}
          isDisabled={isGone}
          onPress={() => decide('accept', 'Late output accepted')}
        >
          Accept
        </ActButton>
        <ActButton shortcut="d" isDisabled={isGone || isPending} onPress={() => setAsking(true)}>
          Discard
        </ActButton>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Discard this output?"
        confirm="Discard the output"
        onConfirm={() => decide('discard', 'Late output discarded')}
      >
        What came back is removed and cannot be had again. The work itself stays as it is.
      </ConfirmDialog>
    </>
  );
}
