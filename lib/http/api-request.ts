import type { Arrival } from '../auth/hosts';

/** A request as the core takes it, whatever server it came through. */
export interface ApiRequest extends Arrival {
  method: string;
  /** Path and query, as they came. */
  url: string;
  /** Ends when the client is gone. */
  signal: AbortSignal;
  /** Stops with `too-large` as soon as more than that has come. */
  readBody(limitBytes: number): Promise<Uint8Array>;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  /** Null: none at all. */
  body: string | null;
}
