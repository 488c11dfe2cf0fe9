import type { z } from 'zod';
import type {
  Claim,
  ClaimResult,
  CompleteDispatch,
  CompleteMany,
  DispatchRecord,
  FailDispatch,
  HeartbeatResult,
  ListDispatches,
  ProgressDispatch,
} from '../domain/dispatch/schema';
import type { Page } from '../domain/fields';
import { DEFAULT_TIMEOUT_MS, type CallOptions, type Client } from './client';
import { segment, type Query } from './query';

export type ClaimRequest = z.input<typeof Claim>;
/** What the writes that end or touch a dispatch answer. */
export type DispatchOutcome = Pick<DispatchRecord, 'id' | 'status' | 'epoch'>;
export interface CompleteManyResult {
  results: { id: string; status: number | string; code?: string }[];
}

/** What an orchestrator asks of the plane. */
export interface DispatchCalls {
  claim(request: ClaimRequest, options?: CallOptions): Promise<ClaimResult>;
  heartbeat(id: string, epoch: number, options?: CallOptions): Promise<HeartbeatResult>;
  progress(id: string, body: z.input<typeof ProgressDispatch>, options?: CallOptions): Promise<DispatchOutcome>;
  complete(id: string, body: z.input<typeof CompleteDispatch>, options?: CallOptions): Promise<DispatchOutcome>;
  completeMany(items: z.input<typeof CompleteMany>['items'], options?: CallOptions): Promise<CompleteManyResult>;
  fail(id: string, body: z.input<typeof FailDispatch>, options?: CallOptions): Promise<DispatchOutcome>;
  release(id: string, epoch: number, options?: CallOptions): Promise<DispatchOutcome>;
  find(id: string, options?: CallOptions): Promise<DispatchRecord>;
  list(filter: Partial<z.input<typeof ListDispatches>>, options?: CallOptions): Promise<Page<DispatchRecord>>;
  /** Moves the durable consumer; an older position is answered and moves nothing. */
  ack(consumer: string, position: string, options?: CallOptions): Promise<void>;
}

/**
 * Everything but `claim` may be repeated: the epoch makes the second call answer like the first. A claim whose answer
 * is lost may have taken work, so it is never repeated here; the caller looks what it holds (`list`).
 */
export function dispatchCalls(client: Client): DispatchCalls {
  const write = <T>(id: string, verb: string, body: unknown, options: CallOptions = {}) =>
    client.post<T>(`/api/dispatches/${segment(id)}/${verb}`, body, { ...options, idempotent: true });
  return {
    claim: (request, options = {}) =>
      client.post('/api/dispatches/claim', request, {
        timeoutMs: (request.waitMs ?? 0) + DEFAULT_TIMEOUT_MS,
        ...options,
      }),
    heartbeat: (id, epoch, options) => write(id, 'heartbeat', { epoch }, options),
    progress: (id, body, options) => write(id, 'progress', body, options),
    complete: (id, body, options) => write(id, 'complete', body, options),
    completeMany: (items, options = {}) =>
      client.post('/api/dispatches/complete', { items }, { ...options, idempotent: true }),
    fail: (id, body, options) => write(id, 'fail', body, options),
    release: (id, epoch, options) => write(id, 'release', { epoch }, options),
    find: (id, options) => client.get(`/api/dispatches/${segment(id)}`, options),
    list: (filter, options = {}) => client.get('/api/dispatches', { ...options, query: filter as Query }),
    ack: async (consumer, position, options = {}) => {
      await client.post(`/api/consumers/${segment(consumer)}/ack`, { id: position }, { ...options, idempotent: true });
    },
  };
}
