import type { Settings } from '../../domain/settings/schema';
import { readRawSettings } from '../../domain/settings/read-raw';
import type { Collections } from '../../store/collections';
import { findSettings } from '../../store/settings';

/** Settings are read at every claim; another process's change shows here at the latest after this. */
const FRESH_MS = 500;

interface Entry {
  settings: Promise<Settings>;
  atMs: number;
}

export class SettingsCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  /** Holds the read and not its result: one that began before `forget` cannot put an old state back. */
  get(tenantId: string): Promise<Settings> {
    const known = this.#entries.get(tenantId);
    if (known && this.now() - known.atMs < FRESH_MS) return known.settings;
    const settings = findSettings(this.collections, tenantId).then(row => readRawSettings({ ...row }));
    const entry = { settings, atMs: this.now() };
    this.#entries.set(tenantId, entry);
    settings.catch(() => {
      if (this.#entries.get(tenantId) === entry) this.#entries.delete(tenantId);
    });
    return settings;
  }

  forget(tenantId: string): void {
    this.#entries.delete(tenantId);
  }
}
