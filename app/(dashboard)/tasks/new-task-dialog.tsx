'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Controller, useForm, type Control } from 'react-hook-form';
import type { z } from 'zod';
import { PRIORITIES } from '@/lib/domain/fields';
import { CreateTask, type Task } from '@/lib/domain/task/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { Dialog } from '@/app/_ui/dialog';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import { DeliverablesField } from './deliverables-field';

type TaskInput = z.input<typeof CreateTask>;
const NONE = 'none';
const EMPTY: TaskInput = {
  title: '',
  input: '',
  assignedTo: '',
  priority: 'normal',
  projectId: null,
  deliverables: [],
};
const PRIORITY_CHOICES = PRIORITIES.map(value => ({ value, label: value }));

export function NewTaskDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New task">
      <NewTaskForm onClose={onClose} />
    </Dialog>
  );
}

function NewTaskForm({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [key] = useState(newIdempotencyKey);
  const form = useForm<TaskInput>({ resolver: zodResolver(CreateTask), defaultValues: EMPTY });
  const { control, formState } = form;
  const submit = form.handleSubmit(async input => {
    try {
      const task = await api.post<Task>('/api/tasks', input, { idempotencyKey: key });
      router.push(`/tasks/${task.id}`);
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof TaskInput, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      <Controller
        control={control}
        name="title"
        render={({ field, fieldState }) => (
          <TextInput
            label="Title"
            autoFocus
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="input"
        render={({ field, fieldState }) => (
          <TextInput
            label="What is asked"
            rows={5}
            hint="Markdown; all the agent needs"
            value={field.value ?? ''}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
      <Address control={control} />
      <DeliverablesField control={control} />
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
          Hand it out
        </Button>
      </div>
    </form>
  );
}

function Address({ control }: { control: Control<TaskInput> }) {
  const agents = useAgentChoices();
  const projects = useProjectNames().choices;
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Controller
        control={control}
        name="assignedTo"
        render={({ field, fieldState }) => (
          <SelectField
            label="To"
            value={field.value}
            choices={agents}
            onChange={field.onChange}
            error={fieldState.error === undefined ? undefined : 'wants an agent type'}
          />
        )}
      />
      <Controller
        control={control}
        name="priority"
        render={({ field }) => (
          <SelectField
            label="Priority"
            value={field.value ?? 'normal'}
            choices={PRIORITY_CHOICES}
            onChange={field.onChange}
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
  );
}
