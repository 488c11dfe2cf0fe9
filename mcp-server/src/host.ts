import type { Plane } from '@/lib/services/context';
import type { InboxWatch } from '@/lib/services/messages/inbox-watch';
import type { CallLimits } from './call-limits';
import type { Recorder } from './recorder';

/** What all connections of one process share. */
export interface McpHost {
  plane: Plane;
  watch: InboxWatch;
  limits: CallLimits;
  recorder: Recorder;
  /** Ends when the process stops: whoever waits is answered, not cut off. */
  stopping: AbortSignal;
  stop(): void;
}
