import type { PlaneEvent } from '../domain/event/schema';
import { PROJECT_KINDS, type ProjectKind } from '../domain/project/schema';
import { LruMap } from '../kernel/lru-map';

export type ProjectPath = Partial<Record<ProjectKind, string>>;

/** Slugs of the nodes a record hangs under. From memory: the stream does not wait. */
export interface ProjectTree {
  resolve(tenantId: string, projectId: string | null): ProjectPath;
}

interface Node {
  tenantId: string;
  kind: ProjectKind;
  slug: string;
  parentId: string | null;
}

/** Nodes that changed since the tree behind was last loaded; far more than change in that time. */
const REMEMBERED = 10_000;
const MAX_DEPTH = PROJECT_KINDS.length;

/**
 * The tree as of the event in hand. The tree behind is reloaded some time after a project changes; a message that
 * follows a new project at once would miss its filter. The project's own event comes first and says enough.
 * A node that is gone is the tree's alone to forget: kept here, it went on passing filters in this process and no other.
 */
export class ProjectIndex implements ProjectTree {
  readonly #changed = new LruMap<string, Node>(REMEMBERED);

  constructor(private readonly behind: ProjectTree) {}

  note(event: PlaneEvent): void {
    if (event.type === 'project-deleted') {
      this.#changed.delete(event.data.id);
      return;
    }
    if (event.type !== 'project-created' && event.type !== 'project-updated') return;
    const { id, kind, slug, parentId } = event.data;
    if (typeof slug !== 'string' || !PROJECT_KINDS.includes(kind as ProjectKind)) return;
    this.#changed.set(id, {
      tenantId: event.tenantId,
      kind: kind as ProjectKind,
      slug,
      parentId: typeof parentId === 'string' ? parentId : null,
    });
  }

  /** Changes were missed: only the tree behind, read afresh, can tell. */
  clear(): void {
    this.#changed.clear();
  }

  resolve(tenantId: string, projectId: string | null): ProjectPath {
    const path: ProjectPath = {};
    let next = projectId;
    for (let depth = 0; next !== null && depth < MAX_DEPTH; depth += 1) {
      const node = this.#changed.get(next);
      if (node === undefined) return { ...this.behind.resolve(tenantId, next), ...path };
      if (node.tenantId !== tenantId) return path;
      path[node.kind] ??= node.slug;
      next = node.parentId;
    }
    return path;
  }
}
