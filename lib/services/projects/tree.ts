import type { ContextStep } from '../../domain/project/schema';
import { asObjectId } from '../../store/raw-document';
import type { Collections } from '../../store/collections';
import type { ProjectDocument } from '../../store/documents';
import { recordMalformed, type MalformedRow } from '../../store/malformed';
import { findAllProjects, findProjectChains } from '../../store/projects';
import { stepsOf } from './steps';

/** A tree is at most client › brand › project deep; more steps up is a loop in the data. */
export const MAX_DEPTH = 3;

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
  #loading: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  /** The last load failed: what it was for is not in here. */
  #isStale = false;
  /** What the last load could not read, with why: no more than there are nodes. */
  #refused: ReadonlyMap<string, string> = new Map();

  constructor(private readonly collections: Collections) {}

  /**
   * Resolves when the tree holds all that was there when it was called. A load that is under way began too early to
   * promise that, so the callers that come meanwhile share the one after it.
   */
  refresh(): Promise<void> {
    if (!this.#loading) {
      this.#loading = this.#load().finally(() => {
        this.#loading = null;
      });
      return this.#loading;
    }
    this.#next ??= this.#loading
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.refresh();
      });
    return this.#next;
  }

  /** Resolves when all that the stream has shown is in the tree: who reads after a `project-updated` reads by it. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#loading)?.catch(() => undefined);
  }

  /** As `settled`, for who decides by the tree and shows nothing: rejects while what it missed cannot be read. */
  async whole(): Promise<void> {
    await this.settled();
    if (this.#isStale) await this.refresh();
  }

  /** Nodes this process has not seen yet may be new: looked up by themselves, together, with those above them. */
  async freshFor(...projectIds: (string | null)[]): Promise<void> {
    // No other event of a node may ever come. What it cannot read yet shows as it was.
    if (this.#isStale) await this.refresh().catch(() => undefined);
    const unseen = new Set(projectIds.filter(id => id !== null && !this.#nodes.has(id)));
    if (unseen.size === 0) return;
    const ids = [...unseen].map(asObjectId).filter(id => id !== null);
    for (const row of await findProjectChains(this.collections, ids, MAX_DEPTH)) {
      this.#nodes.set(row._id.toHexString(), row);
    }
  }

  /** Outermost first. Empty when the node is not there or another tenant's. */
  steps(tenantId: string, projectId: string | null): ContextStep[] {
    return stepsOf(this.#chain(tenantId, projectId));
  }

  /** Slugs by kind: what the stream's client, brand and project filters compare. */
  resolve(tenantId: string, projectId: string | null): ProjectPath {
    return Object.fromEntries(this.#chain(tenantId, projectId).map(node => [node.kind, node.slug]));
  }

  /** The node and everything below it. */
  below(tenantId: string, projectId: string): string[] {
    const found = new Set([projectId]);
    // A set that grows is walked to its end, and a circle in the data adds nothing twice.
    for (const above of found) {
      for (const [id, node] of this.#nodes) {
        if (node.tenantId === tenantId && node.parentId?.toHexString() === above) found.add(id);
      }
    }
    return [...found];
  }

  /** The node first, then what is above it. */
  #chain(tenantId: string, projectId: string | null): ProjectDocument[] {
    const chain: ProjectDocument[] = [];
    for (let next = projectId; next !== null && chain.length < MAX_DEPTH;) {
      const node = this.#nodes.get(next);
      if (!node || node.tenantId !== tenantId) break;
      chain.push(node);
      next = node.parentId?.toHexString() ?? null;
    }
    return chain;
  }

  async #load(): Promise<void> {
    try {
      const { nodes, refused } = await findAllProjects(this.collections);
      this.#nodes = new Map(nodes.map(node => [node._id.toHexString(), node]));
      this.#isStale = false;
      this.#list(refused);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  /**
   * For people: the stream carries neither names nor texts of a node, so only who reads it whole knows. Each is told once
   * for as long as it stands so, and who waits for the tree does not wait for that. What could not be written is told by
   * the next load.
   */
  #list(refused: MalformedRow[]): void {
    const before = this.#refused;
    const now = new Map(refused.map(({ documentId, reason }) => [documentId, reason]));
    this.#refused = now;
    for (const row of refused) {
      if (before.get(row.documentId) === row.reason) continue;
      recordMalformed(this.collections, row).catch(() => now.delete(row.documentId));
    }
  }
}
