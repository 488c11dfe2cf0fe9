'use client';
import { Button } from '@heroui/react/button';
import { useState } from 'react';
import type { Message } from '@/lib/domain/message/schema';
import { api } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { useAction } from '@/app/_live/use-action';
import { TextInput } from '@/app/_ui/text-input';

/** Answers in place: one of the choices, or in own words. */
export function AnswerForm({ question }: { question: Message }) {
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<string>();
  const [key] = useState(newIdempotencyKey);
  const answer = useAction<string, Message>({
    run: body =>
      api.post<Message>(
        `/api/threads/${question.threadId}/messages`,
        { body, inReplyTo: question.id },
        { idempotencyKey: key },
      ),
    refreshes: [['run-messages', question.threadId, 'answer']],
    onDone: () => setText(''),
    onRefused: setRefusal,
  });
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={event => {
        event.preventDefault();
        if (text.trim() !== '') answer.mutate(text);
      }}
    >
      {question.options && question.options.length > 0 ? (
        <div role="group" aria-label="Its choices" className="flex flex-wrap gap-1.5">
          {question.options.map(option => (
            <Button
              key={option}
              size="sm"
              variant="outline"
              isDisabled={answer.isPending}
              className="h-auto min-h-8 max-w-full py-1 text-left whitespace-normal"
              onPress={() => answer.mutate(option)}
            >
              {option}
            </Button>
          ))}
        </div>
      ) : null}
      <div className="flex items-end gap-2">
        <TextInput hideLabel label="Answer" placeholder="Answer" value={text} onChange={setText} className="flex-1" />
        <Button type="submit" size="sm" isPending={answer.isPending} isDisabled={text.trim() === ''}>
          Answer
        </Button>
      </div>
      {refusal ? (
        <p role="alert" className="text-table text-failed">
          {refusal}
        </p>
      ) : null}
    </form>
  );
}
