'use client';
import { useState } from 'react';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { api } from '@/app/_live/api';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { HandOver } from '../_work/hand-over';
import { ActButton } from './act-button';
import { recordOf } from '../_inbox/inbox-words';
import { useDeal } from './use-deal';

interface ActionsProps {
  item: InboxItem;
  isGone: boolean;
  onDealt: () => void;
}

/** What the plane lets a person do about it, and what to know before. */
const ADVICE: Partial<Record<InboxItem['kind'], string>> = {
  blocker: 'It ended without all it was asked for. Redriven, it starts afresh; or lay it aside once you have seen it.',
  dead: 'It was given up. Redriven, its attempts are counted from nothing.',
  'loop-stopped': 'Agents answered each other too often. Let this one reply through, write in its thread, or end it.',
  unroutable: 'It goes out by itself once an agent type of that name exists; or hand it to one that does.',
};

export function StuckActions({ item, isGone, onDealt }: ActionsProps) {
  const { deal, isPending } = useDeal({ isGone, onDealt });
  const isTask = recordOf(item) === 'task';
  const path = `/api/${isTask ? 'tasks' : 'messages'}/${item.id}`;
  const mayMove = item.kind === 'dead' || item.kind === 'unroutable';
  const mayTryAgain = item.kind !== 'unroutable';
  const handOver = (slug: string) =>
    deal(`Handed over to ${slug}`, async () => {
      await api.patch(path, { assignedTo: slug });
      // A message is due again with its new addressee; a dead task stays dead until it is redriven.
      if (isTask) await api.post(`${path}/redrive`);
    });
  return (
    <>
      <p className="mb-2 max-w-[72ch] text-table text-muted">{ADVICE[item.kind]}</p>
      <div className="flex flex-wrap items-center gap-2">
        {mayTryAgain ? (
          <ActButton
            isPrimary
            variant="primary"
            shortcut="r"
            isPending={isPending}
            isDisabled={isGone}
            onPress={() => deal('Due again', () => api.post(`${path}/redrive`))}
          >
            {item.kind === 'loop-stopped' ? 'Let it through' : 'Redrive'}
          </ActButton>
        ) : null}
        <CancelWork
          word={item.kind === 'blocker' ? 'Lay it aside' : 'Cancel'}
          isTask={isTask}
          isPrimary={!mayTryAgain}
          isDisabled={isGone || isPending}
          onCancel={() => deal('Cancelled', () => api.post(`${path}/cancel`))}
        />
        {mayMove ? <HandOver from={item.assignedTo} isDisabled={isGone || isPending} onChoose={handOver} /> : null}
      </div>
    </>
  );
}

interface CancelWorkProps {
  word: string;
  isTask: boolean;
  isPrimary: boolean;
  isDisabled: boolean;
  onCancel: () => void;
}

function CancelWork({ word, isTask, isPrimary, isDisabled, onCancel }: CancelWorkProps) {
  const [isAsking, setAsking] = useState(false);
  const what = isTask ? 'task' : 'message';
  return (
    <>
      <ActButton shortcut="c" isPrimary={isPrimary} isDisabled={isDisabled} onPress={() => setAsking(true)}>
        {word}
      </ActButton>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Cancel this ${what}?`}
        confirm={`Cancel the ${what}`}
        onConfirm={onCancel}
      >
        Nobody will work on it any more. What was said and made stays.
      </ConfirmDialog>
    </>
  );
}
