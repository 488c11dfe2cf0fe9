import { Settings } from '../../domain/settings/schema';
import type { Collections } from '../../store/collections';

/** Settings are read at every claim; another process's change shows here at the latest after this. */
const FRESH_MS = 500;

interface Entry {
  settings: Settings;
  atMs: number;
}

export class SettingsCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  async get(tenantId: string): Promise<Settings> {
    const entry = this.#entries.get(tenantId);
    if (entry && this.now() - entry.atMs < FRESH_MS) return entry.settings;
    const row = await this.collections.settings.findOne({ _id: tenantId });
    const settings = Settings.parse(row ?? {});
    this.#entries.set(tenantId, { settings, atMs: this.now() });
    return settings;
  }

  forget(tenantId: string): void {
    this.#entries.delete(tenantId);
  }
}
