'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { CreateProject, type Project } from '@/lib/domain/project/schema';
import { api, troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { ConfirmDialog } from '@/app/_ui/confirm-dialog';
import { TextInput } from '@/app/_ui/text-input';
import { ReadOnlyNote } from '../_frame/read-only-note';

const valuesOf = ({ name, slug, context }: Project) => ({ name, slug, context });
type Values = ReturnType<typeof valuesOf>;

interface ProjectFormProps {
  project: Project;
  /** Told before it is deleted, and again when that was refused. */
  onLeaving: (isLeaving: boolean) => void;
}

export function ProjectForm({ project, onLeaving }: ProjectFormProps) {
  const client = useQueryClient();
  const may = useMay();
  const form = useForm<Values>({
    resolver: zodResolver(CreateProject.pick({ name: true, slug: true, context: true }).required()),
    defaultValues: valuesOf(project),
  });
  const { control, formState } = form;
  const isDisabled = !may.work;
  // A save from elsewhere fills in what is not being edited here.
  useEffect(() => form.reset(valuesOf(project), { keepDirtyValues: true }), [project, form]);
  const submit = form.handleSubmit(async values => {
    const dirty = Object.keys(form.formState.dirtyFields) as (keyof Values)[];
    try {
      const saved = await api.patch<Project>(
        `/api/projects/${project.id}`,
        Object.fromEntries(dirty.map(name => [name, values[name]])),
      );
      form.reset(valuesOf(saved));
      client.setQueryData(['project', project.id], saved);
      toast.success('Saved');
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof Values, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form
      {...(formState.isDirty ? { 'data-unsaved': true } : {})}
      onSubmit={event => void submit(event)}
      className="flex max-w-3xl flex-col gap-4"
    >
      <ReadOnlyNote />
      <div className="grid gap-4 sm:grid-cols-2">
        <Controller
          control={control}
          name="name"
          render={({ field, fieldState }) => (
            <TextInput
              label="Name"
              isDisabled={isDisabled}
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
              isDisabled={isDisabled}
              value={field.value}
              onChange={field.onChange}
              onBlur={field.onBlur}
              error={fieldState.error?.message}
            />
          )}
        />
      </div>
      <Controller
        control={control}
        name="context"
        render={({ field, fieldState }) => (
          <TextInput
            label="Context"
            rows={10}
            mono
            hint="Markdown that agents get with every piece of work here and below"
            isDisabled={isDisabled}
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
          />
        )}
      />
      {formState.errors.root ? (
        <p role="alert" className="text-table text-failed">
          Not saved: {formState.errors.root.message}
        </p>
      ) : null}
      {may.work ? (
        <div className="flex items-center gap-2">
          <Button type="submit" size="sm" isDisabled={!formState.isDirty} isPending={formState.isSubmitting}>
            Save
          </Button>
          <DeleteProject project={project} onLeaving={onLeaving} />
        </div>
      ) : null}
    </form>
  );
}

function DeleteProject({ project, onLeaving }: ProjectFormProps) {
  const [isAsking, setAsking] = useState(false);
  const router = useRouter();
  const remove = useAction<void, void>({
    run: () => {
      onLeaving(true);
      return api.delete(`/api/projects/${project.id}`);
    },
    refreshes: [['projects']],
    onDone: () => router.push('/projects'),
    onRefused: detail => {
      onLeaving(false);
      toast.danger('Not deleted', { description: detail });
    },
  });
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        className="ml-auto"
        isPending={remove.isPending}
        onPress={() => setAsking(true)}
      >
        Delete
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete ${project.name}?`}
        confirm="Delete it"
        onConfirm={() => remove.mutate()}
      >
        Only a node on which nothing hangs can be deleted; it cannot be undone.
      </ConfirmDialog>
    </>
  );
}
