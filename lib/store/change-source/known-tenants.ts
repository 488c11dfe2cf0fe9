import type { Db } from 'mongodb';
import { DEFAULT_TENANT } from '../../domain/fields';
import { TENANTS_COLLECTION } from './pipeline';

/** Tenants there are, in step with the stream itself: a tenant's own insert comes before anything in it. */
export class KnownTenants {
  #known = new Set<string>([DEFAULT_TENANT]);

  has(tenantId: string): boolean {
    return this.#known.has(tenantId);
  }

  add(tenantId: string): void {
    this.#known.add(tenantId);
  }

  async load(db: Db): Promise<void> {
    const rows = await db
      .collection(TENANTS_COLLECTION)
      .find({}, { projection: { _id: 0, tenantId: 1 } })
      .toArray();
    for (const { tenantId } of rows) if (typeof tenantId === 'string') this.#known.add(tenantId);
  }
}
