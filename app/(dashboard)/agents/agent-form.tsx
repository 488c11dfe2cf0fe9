'use client';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { useMay } from '@/app/_live/session';
import { ReadOnlyNote } from '../_frame/read-only-note';
import { DeleteAgent } from './delete-agent';
import { HowItThinks, HowMuch, WhatItMayUse, WhoItIs } from './form-groups';
import { IncomingNotice } from './incoming-notice';
import { SaveBar } from './save-bar';
import type { AgentFormState } from './use-agent-form';

interface AgentFormProps {
  agent: AgentType;
  state: AgentFormState;
  onLeaving: (isLeaving: boolean) => void;
}

export function AgentForm({ agent, state, onLeaving }: AgentFormProps) {
  const may = useMay();
  const changed = new Set(state.changes.map(({ field }) => field));
  const group = { control: state.form.control, changed, isDisabled: !may.work, slug: agent.slug };
  return (
    <form
      aria-label={`Settings of ${agent.slug}`}
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={event => void state.save(event)}
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-2xl flex-col gap-8 p-4 sm:p-5">
          {state.incoming ? <IncomingNotice incoming={state.incoming} onDismiss={state.dismiss} /> : null}
          <ReadOnlyNote />
          <WhoItIs {...group} />
          <HowItThinks {...group} />
          <WhatItMayUse {...group} />
          <HowMuch {...group} />
          {may.work ? <DeleteAgent agent={agent} onLeaving={onLeaving} /> : null}
        </div>
      </div>
      {may.work ? <SaveBar state={state} /> : null}
    </form>
  );
}
