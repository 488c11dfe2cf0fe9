import type { Plane } from '../context';
import { reactToAgentType } from './adopt-agent-type';

/** An edit of all types at once is gone through one by one; what does not fit is the sweep's. */
const MOST_WAITING = 5_000;

export interface TypeEvent {
  id: string;
  tenantId: string;
  slug: string;
}

/** Follows what happens to types: one at a time, and a type that changes often while it waits is looked at once. */
export class TypeReactions {
  readonly #waiting = new Map<string, TypeEvent>();
  #draining: Promise<void> | null = null;

  constructor(private readonly plane: Plane) {}

  note(event: TypeEvent): void {
    if (this.#waiting.size >= MOST_WAITING) return;
    this.#waiting.set(`${event.tenantId}/${event.slug}/${event.id}`, event);
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null;
    });
  }

  /** Nothing more is begun; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#waiting.clear();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key);
      try {
        await reactToAgentType(this.plane, event);
      } catch (error) {
        this.plane.log.warn(
          { err: error, slug: event.slug },
          'a changed agent type was not looked at yet; the sweep does it',
        );
      }
    }
  }
}
