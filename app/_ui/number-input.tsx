'use client';
import { Description } from '@heroui/react/description';
import { FieldError } from '@heroui/react/field-error';
import { Label } from '@heroui/react/label';
import { NumberField } from '@heroui/react/number-field';

interface NumberInputProps {
  label: string;
  /** null = empty, where the field allows it. */
  value: number | null;
  onChange: (value: number | null) => void;
  onBlur?: () => void;
  unit?: string;
  min?: number;
  max?: number;
  step?: number;
  hint?: React.ReactNode;
  mark?: React.ReactNode;
  error?: string | undefined;
  isDisabled?: boolean;
  formatOptions?: Intl.NumberFormatOptions;
  className?: string;
}

export function NumberInput(props: NumberInputProps) {
  const { label, value, onChange, unit, hint, mark, error } = props;
  return (
    <NumberField
      className={props.className ?? ''}
      value={value ?? Number.NaN}
      onChange={next => onChange(Number.isNaN(next) ? null : next)}
      onBlur={props.onBlur}
      minValue={props.min}
      maxValue={props.max}
      step={props.step}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled}
      formatOptions={props.formatOptions ?? { useGrouping: true }}
      validationBehavior="aria"
      fullWidth
    >
      <span className="flex items-center gap-2">
        <Label>
          {label}
          {unit ? <span className="font-normal text-muted">, {unit}</span> : null}
        </Label>
        {mark}
      </span>
      <NumberField.Group>
        <NumberField.DecrementButton />
        <NumberField.Input className="tabular min-w-0 text-right" />
        <NumberField.IncrementButton />
      </NumberField.Group>
      {hint ? <Description>{hint}</Description> : null}
      {error ? <FieldError>{error}</FieldError> : null}
    </NumberField>
  );
}
