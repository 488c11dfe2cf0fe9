'use client';
import { Button } from '@heroui/react/button';
import { formatCount } from './number';
import { SelectField } from './select-field';

interface BarChoice {
  value: string;
  label: string;
  /** Null until it was read; absent where nobody counts. */
  count?: number | null;
}

interface ChoiceBarProps {
  label: string;
  value: string;
  choices: readonly BarChoice[];
  onChoose: (value: string) => void;
  /** A field that opens, where there is no room for all side by side. */
  compact: boolean;
  className?: string;
}

/** One of a few parts of a list, each with how many are in it. */
export function ChoiceBar({ label, value, choices, onChoose, compact, className = '' }: ChoiceBarProps) {
  if (compact) {
    return (
      <SelectField
        hideLabel
        label={label}
        className={className}
        value={value}
        choices={choices.map(choice => ({ value: choice.value, label: worded(choice) }))}
        onChange={onChoose}
      />
    );
  }
  return (
    <div role="group" aria-label={label} data-narrows className={`flex flex-wrap items-center gap-1 ${className}`}>
      {choices.map(choice => {
        const isOn = choice.value === value;
        return (
          <Button
            key={choice.value}
            size="sm"
            variant="ghost"
            aria-pressed={isOn}
            className={`h-8 gap-1.5 px-2.5 text-table ${isOn ? 'bg-default font-medium' : 'text-muted'}`}
            onPress={() => onChoose(choice.value)}
          >
            {choice.label}
            {choice.count === undefined ? null : (
              <span className="tabular text-xs text-muted">{formatCount(choice.count)}</span>
            )}
          </Button>
        );
      })}
    </div>
  );
}

const worded = ({ label, count }: BarChoice): string =>
  count === undefined ? label : `${label} · ${formatCount(count)}`;
