'use client';
import { Label } from '@heroui/react/label';
import { Switch } from '@heroui/react/switch';

interface SwitchInputProps {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
  hint?: React.ReactNode;
  mark?: React.ReactNode;
  isDisabled?: boolean;
  hideLabel?: boolean;
}

export function SwitchInput({
  label,
  value,
  onChange,
  hint,
  mark,
  isDisabled = false,
  hideLabel = false,
}: SwitchInputProps) {
  return (
    <div className="flex flex-col gap-1">
      <span className="flex items-center gap-2">
        <Switch
          isSelected={value}
          onChange={onChange}
          isDisabled={isDisabled}
          aria-label={hideLabel ? label : undefined}
        >
          <Switch.Content>
            <Switch.Control>
              <Switch.Thumb />
            </Switch.Control>
            {hideLabel ? null : <Label>{label}</Label>}
          </Switch.Content>
        </Switch>
        {mark}
      </span>
      {hint ? <span className="pl-13 text-xs text-muted">{hint}</span> : null}
    </div>
  );
}
