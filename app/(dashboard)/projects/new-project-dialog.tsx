'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Controller, useForm, useWatch } from 'react-hook-form';
import type { z } from 'zod';
import { CreateProject, PARENT_KIND, PROJECT_KINDS, type Project, type ProjectKind } from '@/lib/domain/project/schema';
import { api, troubleOf } from '@/app/_live/api';
import { newIdempotencyKey } from '@/app/_live/idempotency-key';
import { Dialog } from '@/app/_ui/dialog';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';

type Input = z.input<typeof CreateProject>;
interface NewProjectProps {
  nodes: readonly Project[];
  onClose: () => void;
}

export function NewProjectDialog({ isOpen, ...props }: NewProjectProps & { isOpen: boolean }) {
  return (
    <Dialog isOpen={isOpen} onClose={props.onClose} title="New client, brand or project" size="md">
      <NewProjectForm {...props} />
    </Dialog>
  );
}

/** Only kinds that something can hang on now. */
const possibleKinds = (nodes: readonly Project[]): ProjectKind[] =>
  PROJECT_KINDS.filter(kind => PARENT_KIND[kind] === null || nodes.some(node => node.kind === PARENT_KIND[kind]));

function NewProjectForm({ nodes, onClose }: NewProjectProps) {
  const router = useRouter();
  const [key] = useState(newIdempotencyKey);
  const form = useForm<Input>({
    resolver: zodResolver(CreateProject),
    defaultValues: { kind: 'client', slug: '', name: '', parentId: null },
  });
  const { control, formState } = form;
  const kind = useWatch({ control, name: 'kind' });
  const parents = nodes.filter(node => node.kind === PARENT_KIND[kind]);
  const submit = form.handleSubmit(async input => {
    try {
      const node = await api.post<Project>('/api/projects', input, { idempotencyKey: key });
      onClose();
      router.push(`/projects/${node.id}`);
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
        name="kind"
        render={({ field }) => (
          <SelectField
            label="Kind"
            value={field.value}
            choices={possibleKinds(nodes).map(value => ({ value, label: value }))}
            onChange={value => {
              field.onChange(value);
              form.setValue(
                'parentId',
                nodes.find(node => node.kind === PARENT_KIND[value as ProjectKind])?.id ?? null,
              );
            }}
          />
        )}
      />
      {parents.length > 0 ? (
        <Controller
          control={control}
          name="parentId"
          render={({ field, fieldState }) => (
            <SelectField
              label={`Its ${PARENT_KIND[kind]}`}
              value={field.value ?? ''}
              choices={parents.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={field.onChange}
              error={fieldState.error?.message}
            />
          )}
        />
      ) : null}
      <Controller
        control={control}
        name="name"
        render={({ field, fieldState }) => (
          <TextInput
            label="Name"
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
        name="slug"
        render={({ field, fieldState }) => (
          <TextInput
            label="Slug"
            mono
            hint="Filters and streams know it by this"
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
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
