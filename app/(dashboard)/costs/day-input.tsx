interface DayInputProps {
  label: string;
  /** `2026-11-21`, or nothing. */
  value: string;
  min?: string;
  max?: string;
  /** Null: back to what the server takes by itself. */
  onChange: (day: string | null) => void;
}

/** A day of the UTC calendar, by the browser's own picker. */
export function DayInput({ label, value, min, max, onChange }: DayInputProps) {
  return (
    <label className="flex flex-col gap-x-1.5 text-xs text-muted sm:flex-row sm:items-center">
      {label}
      <input
        type="date"
        className="touch tabular h-8 rounded-md border border-border bg-surface px-2 text-table text-foreground"
        value={value}
        min={min}
        max={max}
        onChange={event => onChange(event.target.value === '' ? null : event.target.value)}
      />
    </label>
  );
}
