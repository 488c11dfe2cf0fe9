'use client';
import { INBOX_KINDS, type InboxKind } from '@/lib/domain/inbox/schema';
import { ChoiceBar } from '@/app/_ui/choice-bar';
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
  return (
    <div className="border-b border-border p-2">
      <ChoiceBar
        label="Kind"
        className={compact ? 'w-full' : ''}
        value={kind ?? ALL}
        choices={choices}
        onChoose={value => onFilter(value === ALL ? null : (value as InboxKind))}
        compact={compact}
      />
    </div>
  );
}
