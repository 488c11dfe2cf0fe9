'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { CreateRun, DEFAULT_PLANNER, type Run } from '@/lib/domain/run/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { Dialog } from '@/app/_ui/dialog';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';

type RunInput = z.input<typeof CreateRun>;
const NONE = 'none';
const EMPTY: RunInput = { intent: '', plannerType: DEFAULT_PLANNER, projectId: null };

export function NewRunDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Start a run">
      <NewRunForm onClose={onClose} />
    </Dialog>
  );
}

function NewRunForm({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const agents = useAgentChoices();
  const projects = useProjectNames().choices;
  const [key] = useState(newIdempotencyKey);
  const form = useForm<RunInput>({ resolver: zodResolver(CreateRun), defaultValues: EMPTY });
  const { control, formState } = form;
  const submit = form.handleSubmit(async input => {
    try {
      const run = await api.post<Run>('/api/runs', input, { idempotencyKey: key });
      router.push(`/runs/${run.id}`);
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof RunInput, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      <Controller
        control={control}
        name="intent"
        render={({ field, fieldState }) => (
          <TextInput
            label="Intent"
            rows={5}
            autoFocus
            hint="What is to be reached; the planner cuts it into tasks. Markdown"
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Controller
          control={control}
          name="plannerType"
          render={({ field, fieldState }) => (
            <SelectField
              label="Planner"
              hint="The agent type that plans and steers it"
              value={field.value ?? DEFAULT_PLANNER}
              choices={agents}
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
              hint="Its context goes to every agent of the run"
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
          Start the run
        </Button>
      </div>
    </form>
  );
}
