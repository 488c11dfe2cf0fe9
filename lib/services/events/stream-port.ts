import type { EventFilter, RecentEvent, ResetReason } from '../../domain/event/schema';
import type { Principal } from '../../domain/identity/schema';

/** What services ask of the stream. The hub stands behind it where a process has one; services know no hub. */
export interface StreamPort {
  state(): 'live' | 'reconnecting';
  /** Whether a position can be resumed from, and its memcmp-ordered part. Null: the stream was never open yet. */
  judge(position: string): { ok: true; point: string } | { ok: false; reason: ResetReason } | null;
  /** When the server wrote what this position stands at, ms; null for a position of another stream. */
  timeMs(position: string): number | null;
  recent(query: { principal: Principal; filter: EventFilter; limit: number; before?: string }): Promise<RecentEvent[]>;
  eventsPerSecond(): number;
  /** For the metrics page, by name without prefix. */
  counters(): Record<string, { help: string; value: number | null }>;
  lagMs(): number | null;
  /** Ends the reader that has this consumer now, in this process. */
  endConsumer(tenantId: string, name: string): void;
}
