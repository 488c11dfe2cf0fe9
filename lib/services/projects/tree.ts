import type { ContextStep } from '../../domain/project/schema';
import type { Collections } from '../../store/collections';
import type { ProjectDocument } from '../../store/documents';

/** A tree is at most client › brand › project deep; more steps up is a loop in the data. */
const MAX_DEPTH = 3;
const REFRESH_LEAST_MS = 1_000;

export interface ProjectPath {
  client?: string;
  brand?: string;
  project?: string;
}

/**
 * Every tenant's project nodes in memory, so that filters and context resolve on read and retagging a node is one
 * write. Reloaded when the stream shows a project change.
 */
export class ProjectTree {
  #nodes = new Map<string, ProjectDocument>();
  #loadedAtMs = 0;
  #loading: Promise<void> | null = null;

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  refresh(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** A node this process has not seen yet may be new: looked up once more, at most once a second. */
  async freshFor(projectId: string | null): Promise<void> {
    if (projectId === null || this.#nodes.has(projectId)) return;
    if (this.now() - this.#loadedAtMs >= REFRESH_LEAST_MS) await this.refresh();
  }

  /** Outermost first. Empty when the node is not there or another tenant's. */
  steps(tenantId: string, projectId: string | null): ContextStep[] {
    const steps: ContextStep[] = [];
    let next = projectId;
    while (next !== null && steps.length < MAX_DEPTH) {
      const node = this.#nodes.get(next);
      if (!node || node.tenantId !== tenantId) break;
      steps.unshift({ id: next, kind: node.kind, slug: node.slug, name: node.name, context: node.context });
      next = node.parentId?.toHexString() ?? null;
    }
    return steps;
  }

  /** Slugs by kind: what the stream's client, brand and project filters compare. */
  resolve(tenantId: string, projectId: string | null): ProjectPath {
    return Object.fromEntries(this.steps(tenantId, projectId).map(step => [step.kind, step.slug]));
  }

  labels(tenantId: string, projectId: string | null): Record<string, string> {
    return Object.assign(
      {},
      ...this.steps(tenantId, projectId).map(step => this.#nodes.get(step.id)?.labels ?? {}),
    ) as Record<string, string>;
  }

  /** The node and everything below it. */
  below(tenantId: string, projectId: string): string[] {
    const found = [projectId];
    for (let at = 0; at < found.length; at += 1) {
      for (const [id, node] of this.#nodes) {
        if (node.tenantId === tenantId && node.parentId?.toHexString() === found[at]) found.push(id);
      }
    }
    return found;
  }

  async #load(): Promise<void> {
    const rows = await this.collections.projects.find({ deletedAt: { $exists: false } }).toArray();
    this.#nodes = new Map(rows.map(row => [row._id.toHexString(), row]));
    this.#loadedAtMs = this.now();
  }
}
