'use client';
import { useController, type FieldPath } from 'react-hook-form';
import type { AgentTypeSettings } from '@/lib/domain/agent-type/schema';
import { ComboInput } from '@/app/_ui/combo-input';
import { formatDuration } from '@/app/_ui/duration';
import { NumberInput } from '@/app/_ui/number-input';
import { SelectField, type Choice } from '@/app/_ui/select-field';
import { SwitchInput } from '@/app/_ui/switch-input';
import { TextInput } from '@/app/_ui/text-input';
import type { SettingsInput } from './agent-settings';
import type { GroupProps } from './group-props';

type Name = FieldPath<SettingsInput>;
interface ControlProps extends GroupProps {
  name: Name;
  label: string;
  hint?: React.ReactNode;
}

/** Says beside a label that the field differs from what is saved. */
function Modified() {
  return (
    <span className="inline-flex items-center gap-1 text-2xs font-medium">
      <span aria-hidden className="size-1.5 rounded-full bg-foreground" />
      modified
    </span>
  );
}

function useField({ control, name, changed, isDisabled }: ControlProps) {
  const { field, fieldState } = useController<SettingsInput, Name, AgentTypeSettings>({ control, name });
  return {
    field,
    shared: {
      mark: changed.has(name) ? <Modified /> : undefined,
      error: fieldState.error?.message,
      isDisabled,
    },
  };
}

export function TextControl(props: ControlProps & { rows?: number; mono?: boolean }) {
  const { field, shared } = useField(props);
  return (
    <TextInput
      label={props.label}
      hint={props.hint}
      {...shared}
      {...(props.rows === undefined ? {} : { rows: props.rows })}
      mono={props.mono ?? false}
      value={String(field.value ?? '')}
      onChange={field.onChange}
      onBlur={field.onBlur}
    />
  );
}

interface SelectControlProps extends ControlProps {
  choices: readonly Choice[];
  toField?: (value: string) => unknown;
  fromField?: (value: unknown) => string;
}

export function SelectControl(props: SelectControlProps) {
  const { field, shared } = useField(props);
  const { toField = value => value, fromField = String } = props;
  return (
    <SelectField
      label={props.label}
      hint={props.hint}
      {...shared}
      choices={props.choices}
      value={fromField(field.value)}
      onChange={value => field.onChange(toField(value))}
    />
  );
}

export function ComboControl(props: ControlProps & { suggestions: readonly string[] }) {
  const { field, shared } = useField(props);
  return (
    <ComboInput
      label={props.label}
      hint={props.hint}
      {...shared}
      suggestions={props.suggestions}
      value={String(field.value ?? '')}
      onChange={field.onChange}
      onBlur={field.onBlur}
    />
  );
}

export function SwitchControl(props: ControlProps) {
  const { field, shared } = useField(props);
  const { error: _error, ...rest } = shared;
  return (
    <SwitchInput
      label={props.label}
      hint={props.hint}
      {...rest}
      value={field.value === true}
      onChange={field.onChange}
    />
  );
}

interface NumberControlProps extends ControlProps {
  min?: number;
  max?: number;
  unit?: string;
  step?: number;
  isOptional?: boolean;
}

export function NumberControl(props: NumberControlProps) {
  const { field, shared } = useField(props);
  return (
    <NumberInput
      label={props.label}
      hint={props.hint}
      {...shared}
      {...(props.unit ? { unit: props.unit } : {})}
      {...(props.min === undefined ? {} : { min: props.min })}
      {...(props.max === undefined ? {} : { max: props.max })}
      {...(props.step === undefined ? {} : { step: props.step })}
      value={(field.value as number | null | undefined) ?? null}
      // An emptied number keeps its last value, unless empty means something.
      onChange={value => (value !== null || props.isOptional) && field.onChange(value)}
      onBlur={field.onBlur}
    />
  );
}

const DAY_MS = 86_400_000;
const STEP_MS = 1_000;

/** Milliseconds, as the API has them, with how long that is. */
export function DurationControl(props: ControlProps & { min: number }) {
  const { field } = useField(props);
  const ms = typeof field.value === 'number' ? field.value : null;
  return (
    <NumberControl
      {...props}
      unit="ms"
      max={DAY_MS}
      step={STEP_MS}
      hint={`${formatDuration(ms)}. ${String(props.hint)}`}
    />
  );
}

export function ToolsControl(props: GroupProps) {
  const { field, shared } = useField({ ...props, name: 'tools', label: 'Tools' });
  const tools = (field.value as string[] | undefined) ?? [];
  return (
    <TextInput
      label="Tools"
      rows={4}
      mono
      {...shared}
      hint="One a line: Read, Bash(git *), mcp__server__tool. None = all the session has"
      placeholder="all the session has"
      value={tools.join('\n')}
      onChange={text => field.onChange(text === '' ? [] : text.split('\n'))}
      // While typing, a line may be empty; what is left of that goes when the field is left.
      onBlur={() => {
        field.onChange(tools.map(tool => tool.trim()).filter(tool => tool !== ''));
        field.onBlur();
      }}
    />
  );
}
