'use client';
import { ComboBox } from '@heroui/react/combo-box';
import { Description } from '@heroui/react/description';
import { FieldError } from '@heroui/react/field-error';
import { Input } from '@heroui/react/input';
import { Label } from '@heroui/react/label';
import { ListBox } from '@heroui/react/list-box';

interface ComboInputProps {
  label: string;
  value: string;
  suggestions: readonly string[];
  onChange: (value: string) => void;
  onBlur?: () => void;
  hint?: React.ReactNode;
  mark?: React.ReactNode;
  error?: string | undefined;
  isDisabled?: boolean;
}

/** One of a few usual values, or any other. */
export function ComboInput({
  label,
  value,
  suggestions,
  onChange,
  onBlur,
  hint,
  mark,
  error,
  isDisabled = false,
}: ComboInputProps) {
  return (
    <ComboBox
      allowsCustomValue
      menuTrigger="focus"
      inputValue={value}
      onInputChange={onChange}
      onSelectionChange={key => key !== null && onChange(String(key))}
      onBlur={onBlur}
      isInvalid={error !== undefined}
      isDisabled={isDisabled}
      validationBehavior="aria"
      fullWidth
    >
      <span className="flex items-center gap-2">
        <Label>{label}</Label>
        {mark}
      </span>
      <ComboBox.InputGroup className="h-9">
        <Input className="mono h-9 min-w-0 sm:text-xs" />
        <ComboBox.Trigger />
      </ComboBox.InputGroup>
      {hint ? <Description>{hint}</Description> : null}
      {error ? <FieldError>{error}</FieldError> : null}
      <ComboBox.Popover>
        <ListBox>
          {suggestions.map(suggestion => (
            <ListBox.Item key={suggestion} id={suggestion} textValue={suggestion}>
              {suggestion}
            </ListBox.Item>
          ))}
        </ListBox>
      </ComboBox.Popover>
    </ComboBox>
  );
}
