import { INBOX_KINDS, type InboxItem, type InboxKind } from '@/lib/domain/inbox/schema';

/** What has a deadline first, the nearest before all others; then the newest. */
export const byUrgency = (items: readonly InboxItem[]): InboxItem[] =>
  items.toSorted((a, b) => {
    if (a.deadline !== undefined && b.deadline !== undefined) return a.deadline.localeCompare(b.deadline);
    if (a.deadline !== undefined || b.deadline !== undefined) return a.deadline === undefined ? 1 : -1;
    return b.at.localeCompare(a.at) || b.id.localeCompare(a.id);
  });

export type KindCounts = Record<InboxKind, number>;

export function countKinds(items: readonly InboxItem[]): KindCounts {
  const counts = Object.fromEntries(INBOX_KINDS.map(kind => [kind, 0])) as KindCounts;
  for (const { kind } of items) counts[kind] += 1;
  return counts;
}

/** Where a step of the keyboard leads: from nothing to the first, and no farther than the ends. */
export function stepFrom(items: readonly InboxItem[], id: string | null, step: 1 | -1): string | null {
  const at = items.findIndex(item => item.id === id);
  const next = at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + step));
  return items[next]?.id ?? null;
}

/** What to open once this one is dealt with: the one that takes its place, or the last. */
export function afterDealing(items: readonly InboxItem[], id: string): string | null {
  const at = items.findIndex(item => item.id === id);
  const rest = items.filter(item => item.id !== id);
  return rest[Math.min(Math.max(at, 0), rest.length - 1)]?.id ?? null;
}
