'use client';
import { Button } from '@heroui/react/button';
import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { Controller, useForm, useWatch } from 'react-hook-form';
import { CreateToken, ROLES, type IssuedToken, type Role } from '@/lib/domain/identity/schema';
import { api, troubleOf } from '@/app/_live/api';
import { SelectField } from '@/app/_ui/select-field';
import { TextInput } from '@/app/_ui/text-input';
import { useAgentChoices } from '../_queries/use-agent-types';
import { TOKENS_KEY } from './use-tokens';

const ROLE_NOTES: Record<Role, string> = {
  orchestrator: 'hears events, claims work, runs agents',
  agent: 'one agent type: its messages and tasks',
  controller: 'opens and follows work for a session',
  operator: 'a person: all work, no tokens',
  viewer: 'reads',
  admin: 'everything in its tenant',
};
const ROLE_CHOICES = ROLES.toSorted(
  (a, b) => Object.keys(ROLE_NOTES).indexOf(a) - Object.keys(ROLE_NOTES).indexOf(b),
).map(role => ({ value: role, label: role, note: ROLE_NOTES[role] }));

export function TokenForm({ onIssued }: { onIssued: (token: IssuedToken) => void }) {
  const client = useQueryClient();
  const agents = useAgentChoices();
  const form = useForm<CreateToken>({
    resolver: zodResolver(CreateToken),
    defaultValues: { role: 'orchestrator', label: '' },
  });
  const { control, formState } = form;
  const role = useWatch({ control, name: 'role' });
  const submit = form.handleSubmit(async input => {
    try {
      onIssued(await api.post<IssuedToken>('/api/tokens', input));
      void client.invalidateQueries({ queryKey: TOKENS_KEY });
    } catch (error) {
      const { detail, fields } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof CreateToken, { message });
      form.setError('root', { message: detail });
    }
  });
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      <Controller
        control={control}
        name="role"
        render={({ field }) => (
          <SelectField
            label="Role"
            hint={ROLE_NOTES[field.value]}
            value={field.value}
            choices={ROLE_CHOICES}
            onChange={value => {
              field.onChange(value);
              if (value !== 'agent') form.setValue('agentType', undefined);
            }}
          />
        )}
      />
      {role === 'agent' ? (
        <Controller
          control={control}
          name="agentType"
          render={({ field, fieldState }) => (
            <SelectField
              label="Agent type"
              value={field.value ?? ''}
              choices={agents}
              onChange={field.onChange}
              error={fieldState.error?.message}
            />
          )}
        />
      ) : null}
      <Controller
        control={control}
        name="label"
        render={({ field, fieldState }) => (
          <TextInput
            label="Label"
            hint="Where it will be used, so that you know what you revoke"
            value={field.value}
            onChange={field.onChange}
            onBlur={field.onBlur}
            error={fieldState.error?.message}
            placeholder="night-1 on the build machine"
          />
        )}
      />
      {formState.errors.root ? (
        <p role="alert" className="text-table text-failed">
          {formState.errors.root.message}
        </p>
      ) : null}
      <Button type="submit" isPending={formState.isSubmitting}>
        Make the token
      </Button>
    </form>
  );
}
