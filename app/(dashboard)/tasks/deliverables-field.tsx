'use client';
import { Button } from '@heroui/react/button';
import { Plus, Trash2 } from 'lucide-react';
import { Controller, useFieldArray, type Control } from 'react-hook-form';
import type { z } from 'zod';
import { MAX_DELIVERABLES, type CreateTask } from '@/lib/domain/task/schema';
import { TextInput } from '@/app/_ui/text-input';

export function DeliverablesField({ control }: { control: Control<z.input<typeof CreateTask>> }) {
  const { fields, append, remove } = useFieldArray({ control, name: 'deliverables' });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Deliverables</legend>
      <p className="text-xs text-muted">Each is wanted: a result without one of them is incomplete, never done.</p>
      {fields.map((row, index) => (
        <div key={row.id} className="flex items-start gap-2">
          <Controller
            control={control}
            name={`deliverables.${index}.name`}
            render={({ field, fieldState }) => (
              <TextInput
                hideLabel
                label={`Name of deliverable ${index + 1}`}
                placeholder="name"
                className="w-40"
                value={field.value ?? ''}
                onChange={field.onChange}
                error={fieldState.error?.message}
              />
            )}
          />
          <Controller
            control={control}
            name={`deliverables.${index}.description`}
            render={({ field }) => (
              <TextInput
                hideLabel
                label={`Description of deliverable ${index + 1}`}
                placeholder="what it is"
                className="flex-1"
                value={field.value ?? ''}
                onChange={field.onChange}
              />
            )}
          />
          <Button
            isIconOnly
            size="sm"
            variant="ghost"
            aria-label={`Remove deliverable ${index + 1}`}
            onPress={() => remove(index)}
          >
            <Trash2 />
          </Button>
        </div>
      ))}
      {fields.length < MAX_DELIVERABLES ? (
        <Button
          size="sm"
          variant="outline"
          className="self-start"
          onPress={() => append({ name: '', description: '' })}
        >
          <Plus /> Deliverable
        </Button>
      ) : null}
    </fieldset>
  );
}
