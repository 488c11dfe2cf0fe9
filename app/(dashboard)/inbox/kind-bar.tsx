'use client';
import { Button } from '@heroui/react/button';
import { INBOX_KINDS, type InboxKind } from '@/lib/domain/inbox/schema';
import { formatCount } from '@/app/_ui/number';
import { SelectField } from '@/app/_ui/select-field';
import type { KindCounts } from '../_inbox/inbox-order';
import { KIND_WORDS } from '../_inbox/inbox-words';

const ALL = 'all';

interface KindBarProps {
  kind: InboxKind | null;
  /** Null until they were read. */
  counts: KindCounts | null;
  onFilter: (kind: InboxKind | null) => void;
  compact: boolean;
}

export function KindBar({ kind, counts, onFilter, compact }: KindBarProps) {
  const choices = [
    { value: ALL, label: 'All', count: counts ? Object.values(counts).reduce((sum, each) => sum + each, 0) : null },
    ...INBOX_KINDS.map(value => ({ value, label: KIND_WORDS[value].many, count: counts ? counts[value] : null })),
  ];
  const choose = (value: string) => onFilter(value === ALL ? null : (value as InboxKind));
  if (compact) {
    return (
      <div className="border-b border-border p-2">
        <SelectField
          hideLabel
          label="Kind"
          className="w-full"
          value={kind ?? ALL}
          choices={choices.map(({ value, label, count }) => ({ value, label: `${label} · ${formatCount(count)}` }))}
          onChange={choose}
        />
      </div>
    );
  }
  return (
    <div role="group" aria-label="Kind" className="flex flex-wrap items-center gap-1 border-b border-border p-2">
      {choices.map(({ value, label, count }) => {
        const isOn = (kind ?? ALL) === value;
        return (
          <Button
            key={value}
            size="sm"
            variant="ghost"
            aria-pressed={isOn}
            className={`h-8 gap-1.5 px-2.5 text-table ${isOn ? 'bg-default font-medium' : 'text-muted'}`}
            onPress={() => choose(value)}
          >
            {label}
            <span className="tabular text-xs text-muted">{formatCount(count)}</span>
          </Button>
        );
      })}
    </div>
  );
}
