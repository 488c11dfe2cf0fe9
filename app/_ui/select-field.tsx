'use client';
import { Label } from '@heroui/react/label';
import { ListBox } from '@heroui/react/list-box';
import { Select } from '@heroui/react/select';

export interface Choice {
  value: string;
  label: string;
  note?: string;
}

interface SelectFieldProps {
  label: string;
  value: string;
  /** Shown while nothing is chosen. */
  placeholder?: string;
  choices: readonly Choice[];
  onChange: (value: string) => void;
  /** The label is read out but not shown: the value says enough. */
  hideLabel?: boolean;
  hint?: React.ReactNode;
  mark?: React.ReactNode;
  error?: string | undefined;
  isDisabled?: boolean;
  className?: string;
}

export function SelectField(props: SelectFieldProps) {
  const {
    label,
    value,
    choices,
    onChange,
    hideLabel = false,
    hint,
    mark,
    error,
    isDisabled = false,
    className = '',
  } = props;
  return (
    <Select
      aria-label={hideLabel ? label : undefined}
      className={className}
      value={value}
      {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
      isDisabled={isDisabled}
      isInvalid={error !== undefined}
      onChange={key => key !== null && onChange(String(key))}
    >
      {hideLabel ? null : (
        <span className="flex items-center gap-2">
          <Label>{label}</Label>
          {mark}
        </span>
      )}
      {/* Without its label it stands in a bar among other small controls. */}
      <Select.Trigger className={`items-center ${hideLabel ? 'min-h-8 py-1' : ''}`}>
        <Select.Value className={`truncate [&_[data-note]]:hidden ${hideLabel ? 'text-table sm:text-table' : ''}`} />
        <Select.Indicator />
      </Select.Trigger>
      {hint ? <span className="text-xs text-muted">{hint}</span> : null}
      {error ? <span className="text-xs text-failed">{error}</span> : null}
      <Select.Popover>
        <ListBox>
          {choices.map(choice => (
            <ListBox.Item key={choice.value} id={choice.value} textValue={choice.label}>
              <span className="flex min-w-0 flex-col">
                <span className="truncate">{choice.label}</span>
                {choice.note ? (
                  <span data-note className="truncate text-xs text-muted">
                    {choice.note}
                  </span>
                ) : null}
              </span>
              <ListBox.ItemIndicator />
            </ListBox.Item>
          ))}
        </ListBox>
      </Select.Popover>
    </Select>
  );
}
