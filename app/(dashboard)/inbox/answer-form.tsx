'use client';
import { Button } from '@heroui/react/button';
import { SendHorizontal } from 'lucide-react';
import { useRef, useState } from 'react';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { api } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { TextInput } from '@/app/_ui/text-input';
import { AnswerOptions } from './answer-options';
import { Deadline } from './deadline';
import { whoOf } from '../_inbox/inbox-words';
import { firstLine } from '../_work/first-line';
import { useDeal } from './use-deal';

interface AnswerFormProps {
  item: InboxItem;
  isGone: boolean;
  onDealt: () => void;
}

/** A toast has room for this much of an answer. */
const SAID_CHARACTERS = 60;

/** One of the choices at a press, or words of one's own. The answer wakes who asked. */
export function AnswerForm({ item, isGone, onDealt }: AnswerFormProps) {
  const [body, setBody] = useState('');
  const { deal, isPending } = useDeal({ isGone, onDealt });
  const keyFor = useKeyPerText();
  const isReady = body.trim() !== '' && !isGone;
  const answer = (text: string) =>
    deal(`Answered: ${firstLine(text).slice(0, SAID_CHARACTERS)}`, () =>
      api.post(
        `/api/threads/${item.threadId}/messages`,
        { body: text, inReplyTo: item.id },
        { idempotencyKey: keyFor(text) },
      ),
    );
  return (
    <form
      aria-label="Answer"
      onSubmit={event => {
        event.preventDefault();
        if (isReady) answer(body);
      }}
    >
      <WhatSilenceMeans item={item} />
      {item.options && item.options.length > 0 ? (
        <AnswerOptions options={item.options} fallback={item.default} isDisabled={isGone} onChoose={answer} />
      ) : null}
      <div data-primary className="flex flex-wrap items-end gap-2">
        <TextInput
          label="Answer in your own words"
          hideLabel
          rows={2}
          className="min-w-56 flex-1"
          value={body}
          onChange={setBody}
          placeholder={
            item.kind === 'blocker' ? `What ${whoOf(item)} needs, or how to go on` : `Answer to ${whoOf(item)}`
          }
          onKeyDown={event => {
            if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || !isReady) return;
            event.preventDefault();
            answer(body);
          }}
        />
        <Button type="submit" size="sm" className="shrink-0" isPending={isPending} isDisabled={!isReady}>
          Answer <SendHorizontal />
        </Button>
      </div>
    </form>
  );
}

function WhatSilenceMeans({ item }: { item: InboxItem }) {
  if (item.deadline === undefined && item.default === undefined) return null;
  return (
    <p className="mb-2 flex flex-wrap items-baseline gap-x-2 text-table">
      {item.default === undefined ? (
        <span className="text-muted">Wanted by a time; past it, it still waits</span>
      ) : (
        <span className="text-muted">
          Without an answer <span className="font-medium text-foreground">{item.default}</span> holds
        </span>
      )}
      {item.deadline === undefined ? null : (
        <span aria-hidden className="hidden text-muted sm:inline">
          ·
        </span>
      )}
      <Deadline item={item} />
    </p>
  );
}

/** The same words sent again after an unclear end are the same answer, not a second one. */
function useKeyPerText(): (text: string) => string {
  const last = useRef<{ text: string; key: string } | null>(null);
  return text => {
    if (last.current?.text !== text) last.current = { text, key: newIdempotencyKey() };
    return last.current.key;
  };
}
