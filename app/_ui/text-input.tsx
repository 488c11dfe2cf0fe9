'use client';
import { Description } from '@heroui/react/description';
import { FieldError } from '@heroui/react/field-error';
import { Input } from '@heroui/react/input';
import { Label } from '@heroui/react/label';
import { TextArea } from '@heroui/react/textarea';
import { TextField } from '@heroui/react/textfield';

interface TextInputProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  hint?: React.ReactNode;
  /** Beside the label: what changed. */
  mark?: React.ReactNode;
  error?: string | undefined;
  placeholder?: string | undefined;
  type?: 'text' | 'password' | 'datetime-local';
  /** Several lines, this many at first. */
  rows?: number;
  mono?: boolean;
  isDisabled?: boolean;
  isRequired?: boolean;
  autoFocus?: boolean;
  autoComplete?: string;
  hideLabel?: boolean;
  onKeyDown?: (event: React.KeyboardEvent) => void;
  className?: string;
}

export function TextInput(props: TextInputProps) {
  const { label, value, onChange, onBlur, hint, mark, error, rows, mono = false, hideLabel = false } = props;
  const shared = {
    placeholder: props.placeholder,
    // What is typed runs as its first letter does; without any, as the page does.
    dir: 'auto',
    autoFocus: props.autoFocus,
    className: `w-full ${mono ? 'mono leading-5 sm:text-xs' : ''}`,
    onKeyDown: props.onKeyDown,
  };
  return (
    <TextField
      aria-label={hideLabel ? label : undefined}
      className={props.className ?? ''}
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled}
      isRequired={props.isRequired}
      autoComplete={props.autoComplete ?? 'off'}
      validationBehavior="aria"
      fullWidth
      {...(props.type ? { type: props.type } : {})}
    >
      {hideLabel ? null : (
        <span className="flex items-center gap-2">
          <Label>{label}</Label>
          {mark}
        </span>
      )}
      {rows === undefined ? <Input {...shared} /> : <TextArea {...shared} rows={rows} />}
      {hint ? <Description>{hint}</Description> : null}
      {error ? <FieldError>{error}</FieldError> : null}
    </TextField>
  );
}
