'use client';
import { Button } from '@heroui/react/button';
import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import { PRIORITIES, type Priority } from '@/lib/domain/fields';
import type { Thread } from '@/lib/domain/thread/schema';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import type { Outbox } from './use-outbox';

const NOBODY = 'nobody';
const PRIORITY_CHOICES = PRIORITIES.map(value => ({ value, label: value }));

export function Composer({ thread, outbox }: { thread: Thread; outbox: Outbox }) {
  const [body, setBody] = useState('');
  const [assignedTo, setAssignedTo] = useState<string | null>(thread.assignedTo);
  const [priority, setPriority] = useState<Priority>(thread.priority);
  const agents = useAgentChoices();
  const project = useProjectNames().pathOf(thread.projectId);
  const send = async () => {
    const draft = { body, assignedTo, priority };
    setBody('');
    // Refused: the words come back, unless others were typed meanwhile.
    if (!(await outbox.send(draft))) setBody(now => now || draft.body);
  };
  const ready = body.trim() !== '';
  return (
    <form
      aria-label="Write a message"
      className="shrink-0 border-t border-border p-3"
      onSubmit={event => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      {outbox.refusal ? (
        <p role="alert" className="mb-2 text-table text-failed">
          Not sent: {outbox.refusal}
        </p>
      ) : null}
      <TextInput
        label="Message"
        hideLabel
        rows={2}
        value={body}
        onChange={setBody}
        placeholder={assignedTo === null ? 'A note for the thread' : `Message to ${assignedTo}`}
        onKeyDown={event => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || !ready) return;
          event.preventDefault();
          void send();
        }}
      />
      <div className="mt-2 flex items-center gap-2">
        <SelectField
          hideLabel
          label="To"
          className="w-40 min-w-0 shrink"
          value={assignedTo ?? NOBODY}
          choices={[{ value: NOBODY, label: 'to nobody' }, ...agents]}
          onChange={value => setAssignedTo(value === NOBODY ? null : value)}
        />
        <SelectField
          hideLabel
          label="Priority"
          className="w-28 min-w-0 shrink"
          value={priority}
          choices={PRIORITY_CHOICES}
          onChange={value => setPriority(value as Priority)}
        />
        {project ? (
          <span className="hidden min-w-0 truncate rounded-md border sm:inline border-border px-2 py-1 text-xs text-muted">
            {project}
          </span>
        ) : null}
        <Button type="submit" size="sm" className="ml-auto shrink-0" isDisabled={!ready} aria-label="Send">
          <span className="hidden sm:inline">Send</span> <SendHorizontal />
        </Button>
      </div>
    </form>
  );
}
