'use client';
import { MAX_CONCURRENCY, MIN_LEASE_MS, MODEL_ALIASES, THINKING_LEVELS } from '@/lib/domain/agent-type/schema';
import { PRIORITIES } from '@/lib/domain/fields';
import { useAgentChoices } from '../_queries/use-agent-types';
import {
  ComboControl,
  DurationControl,
  NumberControl,
  SelectControl,
  SwitchControl,
  TextControl,
  ToolsControl,
} from './form-controls';
import type { GroupProps } from './group-props';

const NOBODY = 'nobody';
const asChoices = (values: readonly string[]) => values.map(value => ({ value, label: value }));

function Group({ title, note, children }: { title: string; note: string; children: React.ReactNode }) {
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="mb-3">
        <span className="block text-sm font-semibold">{title}</span>
        <span className="block text-xs text-muted">{note}</span>
      </legend>
      {children}
    </fieldset>
  );
}

export function WhoItIs(props: GroupProps) {
  const leads = useAgentChoices().filter(({ value }) => value !== props.slug);
  return (
    <Group title="Who it is" note="What people and other agents know it by">
      <TextControl {...props} name="name" label="Name" />
      <TextControl
        {...props}
        name="description"
        label="Description"
        rows={3}
        hint="Other agents choose whom to ask by it"
      />
      <SelectControl
        {...props}
        name="reportsTo"
        label="Reports to"
        choices={[{ value: NOBODY, label: 'nobody' }, ...leads]}
        toField={value => (value === NOBODY ? null : value)}
        fromField={value => (value as string | null) ?? NOBODY}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SwitchControl
          {...props}
          name="enabled"
          label="Enabled"
          hint="Off: its work is held, and nobody should count on it"
        />
        <SwitchControl {...props} name="paused" label="Paused" hint="On: its work is held for now" />
      </div>
    </Group>
  );
}

export function HowItThinks(props: GroupProps) {
  return (
    <Group title="How it thinks" note="The model, and the role it is given">
      <div className="grid gap-4 sm:grid-cols-2">
        <ComboControl
          {...props}
          name="model"
          label="Model"
          suggestions={MODEL_ALIASES}
          hint="An alias, or a full model id"
        />
        <SelectControl {...props} name="thinking" label="Thinking" choices={asChoices(THINKING_LEVELS)} />
      </div>
      <TextControl
        {...props}
        name="systemPrompt"
        label="System prompt"
        rows={14}
        mono
        hint="Markdown. The assembled prompt begins with it"
      />
    </Group>
  );
}

export function WhatItMayUse(props: GroupProps) {
  return (
    <Group title="What it may use" note="Capability lives in the orchestrator’s session; this narrows it">
      <ToolsControl {...props} />
    </Group>
  );
}

export function HowMuch(props: GroupProps) {
  return (
    <Group title="How much at once" note="Limits, and when to call it quiet, stuck or lost">
      <div className="grid gap-4 sm:grid-cols-2">
        <NumberControl
          {...props}
          name="concurrency"
          label="Concurrency"
          min={1}
          max={MAX_CONCURRENCY}
          hint="Running at once, over all orchestrators"
        />
        <SelectControl
          {...props}
          name="thresholds.minPriority"
          label="Least priority"
          choices={asChoices(PRIORITIES)}
          hint="Work below it is held"
        />
        <DurationControl
          {...props}
          name="thresholds.leaseMs"
          label="Lease"
          min={MIN_LEASE_MS}
          hint="How long a claim holds without a heartbeat"
        />
        <NumberControl
          {...props}
          name="thresholds.maxAttempts"
          label="Attempts"
          min={1}
          max={100}
          hint="Then the work is dead, until a person redrives it"
        />
        <DurationControl
          {...props}
          name="thresholds.quietAfterMs"
          label="Quiet after"
          min={1}
          hint="Alive, without progress"
        />
        <DurationControl
          {...props}
          name="thresholds.stuckAfterMs"
          label="Stuck after"
          min={1}
          hint="Alive, without progress"
        />
        <NumberControl
          {...props}
          name="thresholds.dailyBudgetUsd"
          label="Daily budget"
          unit="USD"
          min={0}
          isOptional
          hint="Per UTC day; empty = no limit"
        />
      </div>
    </Group>
  );
}
