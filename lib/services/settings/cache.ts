import type { Settings } from '../../domain/settings/schema';
import { readRawSettings } from '../../domain/settings/read-raw';
import { FreshReads } from '../../kernel/fresh-reads';
import type { Collections } from '../../store/collections';
import { findSettings } from '../../store/settings';

/** Settings are read at every claim; another process's change shows here at the latest after this. */
const FRESH_MS = 500;
const MOST_TENANTS = 10_000;

export class SettingsCache {
  readonly #settings: FreshReads<string, Settings>;

  constructor(
    private readonly collections: Collections,
    now: () => number,
  ) {
    this.#settings = new FreshReads({ freshMs: FRESH_MS, most: MOST_TENANTS, now });
  }

  get(tenantId: string): Promise<Settings> {
    return this.#settings.get(tenantId, async () =>
      readRawSettings({ ...(await findSettings(this.collections, tenantId)) }),
    );
  }

  forget(tenantId: string): void {
    this.#settings.forget(tenantId);
  }
}
