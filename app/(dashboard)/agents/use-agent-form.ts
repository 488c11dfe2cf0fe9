import { toast } from '@heroui/react/toast';
import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { startTransition, useEffect, useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import type { AgentType, AgentTypeSettings } from '@/lib/domain/agent-type/schema';
import { api, isRevisionConflict, troubleOf } from '@/app/_live/api';
import type { FieldChange } from '@/app/_ui/change-list';
import { AgentSettingsForm, changesBetween, patchOf, rebase, settingsOf, type SettingsInput } from './agent-settings';

/** A revision that came while somebody was editing. */
export interface Incoming {
  revision: number;
  theirs: FieldChange[];
  /** Fields that both changed: saving writes mine over theirs. */
  both: string[];
}

/** The form over the live record: it follows saves from elsewhere and never loses what is being typed. */
export function useAgentForm(agent: AgentType) {
  const client = useQueryClient();
  const [base, setBase] = useState(agent);
  const [incoming, setIncoming] = useState<Incoming | null>(null);
  const form = useForm<SettingsInput, unknown, AgentTypeSettings>({
    resolver: zodResolver(AgentSettingsForm),
    defaultValues: settingsOf(agent),
    mode: 'onTouched',
  });
  const values = useWatch({ control: form.control }) as AgentTypeSettings;
  const changes = changesBetween(settingsOf(base), values);

  useEffect(() => {
    if (agent.revision === base.revision && agent.updatedAt === base.updatedAt) return;
    const edited = form.getValues() as AgentTypeSettings;
    const mine = changesBetween(settingsOf(base), edited).map(({ field }) => field);
    const theirs = changesBetween(settingsOf(base), settingsOf(agent));
    const kept = rebase(edited, settingsOf(base), settingsOf(agent));
    form.reset(kept, { keepErrors: true, keepTouched: true });
    const stillMine = changesBetween(settingsOf(agent), kept).length > 0;
    startTransition(() => {
      setBase(agent);
      setIncoming(
        stillMine && theirs.length > 0
          ? {
              revision: agent.revision,
              theirs,
              both: theirs.map(({ field }) => field).filter(field => mine.includes(field)),
            }
          : null,
      );
    });
  }, [agent, base, form]);

  const save = form.handleSubmit(async edited => {
    try {
      const saved = await api.patch<AgentType>(`/api/agent-types/${agent.slug}`, patchOf(base, edited));
      client.setQueryData(['agent-type', agent.slug], saved);
      toast.success(`Saved as revision ${saved.revision}`);
    } catch (error) {
      const { detail, fields, requestId } = troubleOf(error);
      for (const [path, message] of Object.entries(fields)) form.setError(path as keyof SettingsInput, { message });
      // The newer revision is read; the effect above puts the edits on top of it and says what changed.
      if (isRevisionConflict(error)) await client.invalidateQueries({ queryKey: ['agent-type', agent.slug] });
      else form.setError('root', { message: requestId === undefined ? detail : `${detail} (request ${requestId})` });
    }
  });
  const discard = () => {
    form.reset(settingsOf(base));
    setIncoming(null);
  };
  return { form, base, changes, incoming, dismiss: () => setIncoming(null), save, discard };
}

export type AgentFormState = ReturnType<typeof useAgentForm>;
