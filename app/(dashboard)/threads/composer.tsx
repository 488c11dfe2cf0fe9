'use client';
import { Button } from '@heroui/react/button';
import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import { PRIORITIES, type Priority } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Thread } from '@/lib/domain/thread/schema';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import { AnswerStrip } from './answer-strip';
import type { Outbox } from './use-outbox';

const NOBODY = 'nobody';
const PRIORITY_CHOICES = PRIORITIES.map(value => ({ value, label: value }));

interface ComposerProps {
  thread: Thread;
  outbox: Outbox;
  /** Open for a person in this thread: what is written answers it. */
  question: Message | null;
}

export function Composer({ thread, outbox, question }: ComposerProps) {
  const [body, setBody] = useState('');
  const [assignedTo, setAssignedTo] = useState<string | null>(thread.assignedTo);
  const [priority, setPriority] = useState<Priority>(thread.priority);
  const send = async (text: string) => {
    setBody('');
    const taken = await outbox.send({
      body: text,
      assignedTo,
      priority,
      ...(question ? { inReplyTo: question.id } : {}),
    });
    // Refused: the words come back, unless others were typed meanwhile.
    if (!taken) setBody(now => now || text);
  };
  const ready = body.trim() !== '';
  return (
    <form
      aria-label="Write a message"
      {...(ready ? { 'data-unsaved': true } : {})}
      className="shrink-0 border-t border-border p-3"
      onSubmit={event => {
        event.preventDefault();
        if (ready) void send(body);
      }}
    >
      {outbox.refusal ? (
        <p role="alert" className="mb-2 text-table text-failed">
          Not sent: {outbox.refusal}
        </p>
      ) : null}
      {question ? <AnswerStrip question={question} onChoose={option => void send(option)} /> : null}
      <TextInput
        label="Message"
        hideLabel
        rows={2}
        value={body}
        onChange={setBody}
        placeholder={placeholderFor(question, assignedTo)}
        onKeyDown={event => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || !ready) return;
          event.preventDefault();
          void send(body);
        }}
      />
      <div className="mt-2 flex items-center gap-2">
        {question ? null : (
          <Chips
            thread={thread}
            assignedTo={assignedTo}
            onAssign={setAssignedTo}
            priority={priority}
            onPriority={setPriority}
          />
        )}
        <Button type="submit" size="sm" className="ml-auto shrink-0" isDisabled={!ready} aria-label="Send">
          <span className="hidden sm:inline">{question ? 'Answer' : 'Send'}</span> <SendHorizontal />
        </Button>
      </div>
    </form>
  );
}

function placeholderFor(question: Message | null, assignedTo: string | null): string {
  if (question) return `Answer to ${question.from.id}`;
  return assignedTo === null ? 'A note for the thread' : `Message to ${assignedTo}`;
}

interface ChipsProps {
  thread: Thread;
  assignedTo: string | null;
  onAssign: (slug: string | null) => void;
  priority: Priority;
  onPriority: (priority: Priority) => void;
}

function Chips({ thread, assignedTo, onAssign, priority, onPriority }: ChipsProps) {
  const agents = useAgentChoices(assignedTo);
  const project = useProjectNames().nameOf(thread.projectId);
  return (
    <>
      <SelectField
        hideLabel
        label="To"
        className="w-40 min-w-0 shrink"
        value={assignedTo ?? NOBODY}
        choices={[{ value: NOBODY, label: 'to nobody' }, ...agents]}
        onChange={value => onAssign(value === NOBODY ? null : value)}
      />
      <SelectField
        hideLabel
        label="Priority"
        className="w-28 min-w-0 shrink"
        value={priority}
        choices={PRIORITY_CHOICES}
        onChange={value => onPriority(value as Priority)}
      />
      {project ? (
        <span className="hidden min-w-0 truncate rounded-md border border-border px-2 py-1 text-xs text-muted sm:inline">
          {project}
        </span>
      ) : null}
    </>
  );
}
