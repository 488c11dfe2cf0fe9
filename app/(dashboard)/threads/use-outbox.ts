import { useState } from 'react';
import type { Priority } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { useShowMessage } from './use-thread';

export interface Draft {
  body: string;
  assignedTo: string | null;
  priority: Priority;
  /** The question it answers: the asker goes on with it. */
  inReplyTo?: string;
}
export interface Sending extends Draft {
  key: string;
}
export interface Outbox {
  /** Shown in the thread, marked, until the server agrees. */
  sending: readonly Sending[];
  /** True when it was taken. On a refusal the row is gone again and `refusal` says why. */
  send: (draft: Draft) => Promise<boolean>;
  refusal: string | null;
}

export function useOutbox(threadId: string): Outbox {
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const show = useShowMessage(threadId);
  const send = async (draft: Draft): Promise<boolean> => {
    const row: Sending = { ...draft, key: newIdempotencyKey() };
    setRefusal(null);
    setSending(rows => [...rows, row]);
    try {
      show(await api.post<Message>(`/api/threads/${threadId}/messages`, bodyOf(draft), { idempotencyKey: row.key }));
      return true;
    } catch (error) {
      const { detail, requestId } = troubleOf(error);
      setRefusal(requestId === undefined ? detail : `${detail} (request ${requestId})`);
      return false;
    } finally {
      setSending(rows => rows.filter(({ key }) => key !== row.key));
    }
  };
  return { sending, send, refusal };
}

/** An answer goes to who asked; whom and how urgent is the question's affair. */
const bodyOf = ({ body, assignedTo, priority, inReplyTo }: Draft) =>
  inReplyTo === undefined ? { body, assignedTo, priority } : { body, inReplyTo };
