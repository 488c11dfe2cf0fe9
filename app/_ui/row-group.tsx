'use client';
import { singleKeysAreOn } from './single-keys';

interface RowGroupProps {
  label: string;
  className?: string;
  ref?: React.Ref<HTMLDivElement>;
  onScroll?: ((event: React.UIEvent<HTMLDivElement>) => void) | undefined;
  children: React.ReactNode;
}

/** A list that the keys walk, whatever it is made of: each of its rows says `data-row` and holds the link it opens by. */
export function RowGroup({ label, className = '', ref, onScroll, children }: RowGroupProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the rows in it
    <div
      ref={ref}
      onKeyDown={walkRows}
      tabIndex={0}
      role="group"
      aria-label={label}
      onScroll={onScroll}
      className={`min-h-0 overflow-y-auto focus-visible:-outline-offset-2 ${className}`}
    >
      {children}
    </div>
  );
}

const STEPS: Record<string, number> = { j: 1, k: -1 };

/** j and k go down and up from row to row. */
function walkRows(event: React.KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const from = event.target as HTMLElement;
  const isModified = event.ctrlKey || event.metaKey || event.altKey;
  if (step === undefined || isModified || !singleKeysAreOn() || from.matches('input, textarea')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex(row => row.contains(from));
  const next = at === -1 ? rows[0] : rows[at + step];
  const target = next?.querySelector<HTMLElement>('a, button');
  if (!target) return;
  event.preventDefault();
  target.focus();
}
