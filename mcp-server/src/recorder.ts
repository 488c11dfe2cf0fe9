import type { Context } from '@/lib/services/context';
import type { Caller } from '@/lib/services/identity/caller';
import type { Connection } from './connection';

export interface RecordedCall {
  ctx: Context;
  /** Null: its key opened nothing, so the call counts for the token. */
  caller: Caller | null;
  connection: Connection;
  client: string;
  tool: string;
}

/** Notes every call: that it began, and how it ended. */
export interface Recorder {
  /** Waits for at most one write. The answer notes the end: it does not throw, and nobody waits for it. */
  start(call: RecordedCall): Promise<(error: string | null) => void>;
  /** The sessions of a pipe end with it. */
  closePipe(pipe: string): Promise<void>;
  /** Waits for the ends that are not written yet. */
  stop(): Promise<void>;
}

/** Records nothing yet: sessions and tool calls are not written by this process so far. */
export const createRecorder = (_plane: unknown): Recorder => ({
  start: async () => () => undefined,
  closePipe: async () => undefined,
  stop: async () => undefined,
});
