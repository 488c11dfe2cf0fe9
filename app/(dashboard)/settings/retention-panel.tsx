'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { Controller, useForm } from 'react-hook-form';
import type { z } from 'zod';
import { Retention, type Settings } from '@/lib/domain/settings/schema';
import { useMay } from '@/app/_live/session';
import { NumberInput } from '@/app/_ui/number-input';
import { Panel } from '@/app/_ui/panel';
import { useChangeSettings } from './use-change-settings';

type Input = z.input<typeof Retention>;
const FIELDS = [
  { name: 'activityDays', label: 'Activity', hint: 'The audit log' },
  { name: 'toolCallDays', label: 'Tool calls', hint: 'Each call of an agent' },
  { name: 'sessionDays', label: 'Sessions', hint: 'Ended ones' },
  { name: 'dispatchDays', label: 'Dispatches', hint: 'Ended ones' },
] as const satisfies readonly { name: keyof Input; label: string; hint: string }[];

/** Everything is bounded: how long each kind of record is kept. */
export function RetentionPanel({ settings }: { settings: Settings }) {
  const may = useMay();
  const change = useChangeSettings('Retention is saved');
  const form = useForm<Input, unknown, z.output<typeof Retention>>({
    resolver: zodResolver(Retention),
    defaultValues: settings.retention,
  });
  const { isDirty } = form.formState;
  const submit = form.handleSubmit(retention => {
    if (isDirty) change.mutate({ retention, revision: settings.revision });
  });
  return (
    <Panel title="Retention" note="in days" bodyClassName="p-4">
      <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          {FIELDS.map(({ name, label, hint }) => (
            <Controller
              key={name}
              control={form.control}
              name={name}
              render={({ field, fieldState }) => (
                <NumberInput
                  label={label}
                  unit="days"
                  hint={hint}
                  min={1}
                  max={3_650}
                  isDisabled={!may.work}
                  value={field.value ?? null}
                  onChange={value => value !== null && field.onChange(value)}
                  onBlur={field.onBlur}
                  error={fieldState.error?.message}
                />
              )}
            />
          ))}
        </div>
        {may.work ? (
          // Never disabled: a number that is being typed counts once its field is left, which the press itself does.
          <Button type="submit" size="sm" className="self-start" isPending={change.isPending}>
            Save
          </Button>
        ) : null}
      </form>
    </Panel>
  );
}
