import { collectionsMark, migrate } from '../../store/migrate';
import type { Plane } from '../context';
import { ensureDefaultTenant } from '../tenants/ensure-default-tenant';

/**
 * Brings back what a drop took along while we run: collections with their validators and pre-images, the unique
 * indexes that lanes, slots and epochs rest on, and, when the whole database went, the tenant and its agent types. A
 * restart would do the same; until then nothing would hold the limits.
 */
export class SchemaKeeper {
  #mark: string | null = null;

  constructor(private readonly plane: Plane) {}

  async run(): Promise<void> {
    const { plane } = this;
    const { db } = plane.collections.messages;
    const mark = await collectionsMark(db);
    if (mark === this.#mark) return;
    // The first look only learns what the start has just made sure of.
    if (this.#mark !== null) {
      plane.log.warn('a collection was dropped or made anew; bringing back what belongs to it');
      await migrate(db);
      plane.agentTypes.clear();
      plane.authCache.clear();
      await ensureDefaultTenant(plane);
      await plane.projects.refresh();
    }
    this.#mark = await collectionsMark(db);
  }
}
