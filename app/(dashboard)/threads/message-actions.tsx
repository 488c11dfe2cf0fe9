'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { Message, MessageStatus } from '@/lib/domain/message/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { HandOver } from '../_work/hand-over';
import { useShowMessage } from './use-thread';

const STOPPED: readonly MessageStatus[] = ['dead', 'loop-stopped'];
const CANCELLABLE: readonly MessageStatus[] = ['queued', 'held', 'claimed', 'waiting', 'unroutable', ...STOPPED];

/** As in the inbox: given up, or no agent can take it. */
const MOVABLE: readonly MessageStatus[] = ['dead', 'unroutable'];

const onRefused = (detail: string) => void toast.danger('Not done', { description: detail });

export function MessageActions({ message }: { message: Message }) {
  const [isAsking, setAsking] = useState(false);
  const may = useMay();
  const show = useShowMessage(message.threadId);
  const cancel = useAction<void, Message>({
    run: () => api.post<Message>(`/api/messages/${message.id}/cancel`),
    onDone: show,
    onRefused,
  });
  const redrive = useAction<void, Message>({
    run: () => api.post<Message>(`/api/messages/${message.id}/redrive`),
    onDone: show,
    onRefused,
  });
  // One that is dead is due again with its new addressee.
  const handOver = useAction<string, Message>({
    run: assignedTo => api.patch<Message>(`/api/messages/${message.id}`, { assignedTo }),
    onDone: show,
    onRefused,
  });
  if (!may.work) return null;
  const look = 'h-6 shrink-0 px-2 text-xs';
  return (
    <>
      {STOPPED.includes(message.status) ? (
        <Button
          size="sm"
          variant="ghost"
          className={look}
          isPending={redrive.isPending}
          onPress={() => redrive.mutate()}
        >
          {message.status === 'loop-stopped' ? 'Let it through' : 'Redrive'}
        </Button>
      ) : null}
      {CANCELLABLE.includes(message.status) ? (
        <Button size="sm" variant="ghost" className={look} isPending={cancel.isPending} onPress={() => setAsking(true)}>
          Cancel
        </Button>
      ) : null}
      {MOVABLE.includes(message.status) ? (
        <HandOver
          from={message.assignedTo ?? undefined}
          isDisabled={handOver.isPending || redrive.isPending || cancel.isPending}
          onChoose={handOver.mutate}
        />
      ) : null}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Cancel this message?"
        confirm="Cancel the message"
        onConfirm={() => cancel.mutate()}
      >
        Nobody will work on it any more. An agent that already does is told to stop. The text stays in the thread.
      </ConfirmDialog>
    </>
  );
}
