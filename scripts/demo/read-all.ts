import { MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { Client } from '@/lib/sdk/client';
import type { Query } from '@/lib/sdk/query';

/** 2,000 records: more than the longest demo makes; a list that never ends must not hold us for ever. */
const MAX_PAGES = 10;

/** A whole list, or its first pages; `until` ends it early. */
export async function readAll<T>(
  client: Client,
  path: string,
  query: Query,
  until: (item: T) => boolean = () => false,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const read: Page<T> = await client.get<Page<T>>(path, { query: { ...query, limit: MAX_PAGE, cursor } });
    items.push(...read.items);
    cursor = read.nextCursor;
    if (cursor === null || read.items.some(until)) break;
  }
  return items;
}
