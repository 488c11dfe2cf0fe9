'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { CreateAgentType, type AgentType } from '@/lib/domain/agent-type/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { Dialog } from '@/app/_ui/dialog';
import { TextInput } from '@/app/_ui/text-input';

type Input = z.input<typeof CreateAgentType>;
const FIELDS = [
  { name: 'slug', label: 'Slug', hint: 'What messages are addressed to; it cannot be changed later', rows: undefined },
  { name: 'name', label: 'Name', hint: 'What people read', rows: undefined },
  { name: 'description', label: 'Description', hint: 'Other agents choose whom to ask by it', rows: 3 },
] as const;

/** The few fields a type cannot be without; the rest begins at its defaults and is set in the form. */
export function NewAgentDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="New agent type" size="md">
      <NewAgentForm onClose={onClose} />
    </Dialog>
  );
}

function NewAgentForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const [key] = useState(newIdempotencyKey);
  const form = useForm<Input>({
    resolver: zodResolver(CreateAgentType),
    defaultValues: { slug: '', name: '', description: '' },
  });
  const { control, formState } = form;
  const submit = form.handleSubmit(async input => {
    try {
      const agent = await api.post<AgentType>('/api/agent-types', input, { idempotencyKey: key });
      void client.invalidateQueries({ queryKey: ['agent-types'] });
      router.push(`/agents/${agent.slug}`);
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof Input, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      {FIELDS.map(({ name, label, hint, rows }) => (
        <Controller
          key={name}
          control={control}
          name={name}
          render={({ field, fieldState }) => (
            <TextInput
              label={label}
              hint={hint}
              {...(rows === undefined ? {} : { rows })}
              mono={name === 'slug'}
              autoFocus={name === 'slug'}
              value={field.value ?? ''}
              onChange={field.onChange}
              onBlur={field.onBlur}
              error={fieldState.error?.message}
            />
          )}
        />
      ))}
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
          Make it
        </Button>
      </div>
    </form>
  );
}
