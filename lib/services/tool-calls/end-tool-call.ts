import { redactSecrets } from '../../domain/redact';
import { bodyId } from '../../store/ids';
import { endCall } from '../../store/tool-calls';
import type { Plane } from '../context';

/** What went wrong, for a list; the whole answer went to the caller. */
const MAX_ERROR_CHARACTERS = 1_000;
const MICROSECONDS = 1_000;

export interface ToolCallEnd {
  tenantId: string;
  id: string;
  /** By the caller's monotonic clock: the database's times say when, not how long. */
  durationMs: number;
  /** Null: it went well. */
  error: string | null;
}

/** False: it was ended or given up before. */
export function endToolCall(plane: Plane, { tenantId, id, durationMs, error }: ToolCallEnd): Promise<boolean> {
  return endCall(plane.collections, tenantId, bodyId('id', id), {
    durationMs: Math.max(0, Math.round(durationMs * MICROSECONDS) / MICROSECONDS),
    error: error === null ? null : redactSecrets(error).slice(0, MAX_ERROR_CHARACTERS),
  });
}
