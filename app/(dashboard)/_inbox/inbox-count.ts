/** `3`, or `200+` where only that many were read and there are more. */
export const badgeText = (read: number, hasMore: boolean): string => (hasMore ? `${read}+` : String(read));

export interface Known {
  ids: ReadonlySet<string>;
  pages: number;
}

/**
 * What came since the last look. Nothing on the first; nothing when one more page was read either, for its items waited
 * before.
 */
export function arrivedSince<T extends { id: string }>(known: Known | null, items: readonly T[], pages: number): T[] {
  if (known === null || pages !== known.pages) return [];
  return items.filter(({ id }) => !known.ids.has(id));
}
