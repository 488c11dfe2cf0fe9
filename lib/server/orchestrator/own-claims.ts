import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which claims under a consumer name are this orchestrator's, or of one before it that is gone. */
export interface OwnClaims {
  /** Before its child starts. */
  note(id: string, epoch: number): void;
  forget(id: string, epoch: number): void;
  has(id: string, epoch: number): boolean;
  /** What else was noted is over; each `id:epoch`. */
  keepOnly(held: ReadonlySet<string>): void;
}

/** Under a name that no other process can have. */
export const EVERY_CLAIM: OwnClaims = {
  note: () => undefined,
  forget: () => undefined,
  has: () => true,
  keepOnly: () => undefined,
};

/**
 * A name that a person gave may run on another machine or data folder too, whose lock is not seen here, and the plane
 * tells the claims of the two not apart: here are those that were made under the lock of this folder, an empty file each.
 * What cannot be noted waits for the end of its lease, should this process be killed.
 */
export class NotedClaims implements OwnClaims {
  constructor(private readonly folder: string) {}

  note(id: string, epoch: number): void {
    try {
      mkdirSync(this.folder, { recursive: true });
      writeFileSync(this.#path(id, epoch), '');
    } catch {
      // The disk is full, say: the work itself goes on.
    }
  }

  forget(id: string, epoch: number): void {
    try {
      rmSync(this.#path(id, epoch), { force: true });
    } catch {
      // A disk that turned read-only, say: one note too many is struck out at a later start.
    }
  }

  has(id: string, epoch: number): boolean {
    return existsSync(this.#path(id, epoch));
  }

  keepOnly(held: ReadonlySet<string>): void {
    if (!existsSync(this.folder)) return;
    const over = readdirSync(this.folder).filter(name => !held.has(name.replace('.', ':')));
    for (const name of over) rmSync(join(this.folder, name), { force: true });
  }

  #path = (id: string, epoch: number): string => join(this.folder, `${id}.${epoch}`);
}
