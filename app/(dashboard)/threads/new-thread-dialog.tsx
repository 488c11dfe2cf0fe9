'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { PRIORITIES } from '@/lib/domain/fields';
import { CreateMessage, type Message } from '@/lib/domain/message/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { Dialog } from '@/app/_ui/dialog';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';

const NONE = 'none';
const PRIORITY_CHOICES = PRIORITIES.map(value => ({ value, label: value }));
type Input = z.input<typeof CreateMessage>;
const EMPTY: Input = { subject: '', body: '', assignedTo: null, priority: 'normal', projectId: null };

export function NewThreadDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New thread">
      <NewThreadForm onClose={onClose} />
    </Dialog>
  );
}

/** A message without a thread opens one; the form is its first message. */
function NewThreadForm({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const agents = useAgentChoices();
  const projects = useProjectNames().choices;
  const [key] = useState(newIdempotencyKey);
  const form = useForm<Input>({ resolver: zodResolver(CreateMessage), defaultValues: EMPTY });
  const { control, formState } = form;
  const submit = form.handleSubmit(async input => {
    try {
      const message = await api.post<Message>('/api/messages', withoutEmpty(input), { idempotencyKey: key });
      router.push(`/threads/${message.threadId}`);
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof Input, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      <Controller
        control={control}
        name="subject"
        render={({ field, fieldState }) => (
          <TextInput
            label="Subject"
            hint="Without one, the thread is listed by its first words"
            value={field.value ?? ''}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
            autoFocus
          />
        )}
      />
      <Controller
        control={control}
        name="body"
        render={({ field, fieldState }) => (
          <TextInput
            label="Message"
            rows={6}
            hint="Markdown"
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <Controller
          control={control}
          name="assignedTo"
          render={({ field, fieldState }) => (
            <SelectField
              label="To"
              value={field.value ?? NONE}
              choices={[{ value: NONE, label: 'nobody yet' }, ...agents]}
              onChange={value => field.onChange(value === NONE ? null : value)}
              error={fieldState.error?.message}
            />
          )}
        />
        <Controller
          control={control}
          name="priority"
          render={({ field, fieldState }) => (
            <SelectField
              label="Priority"
              value={field.value ?? 'normal'}
              choices={PRIORITY_CHOICES}
              onChange={field.onChange}
              error={fieldState.error?.message}
            />
          )}
        />
        <Controller
          control={control}
          name="projectId"
          render={({ field, fieldState }) => (
            <SelectField
              label="Project"
              value={field.value ?? NONE}
              choices={[{ value: NONE, label: 'none' }, ...projects]}
              onChange={value => field.onChange(value === NONE ? null : value)}
              error={fieldState.error?.message}
            />
          )}
        />
      </div>
      {formState.errors.root ? (
        <p role="alert" className="text-table text-failed">
          {formState.errors.root.message}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" isPending={formState.isSubmitting}>
          Start the thread
        </Button>
      </div>
    </form>
  );
}

function withoutEmpty(input: Input): Input {
  const { subject, projectId, ...rest } = input;
  return { ...rest, ...(subject ? { subject } : {}), ...(projectId ? { projectId } : {}) };
}
