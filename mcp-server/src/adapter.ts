import { randomUUID } from 'node:crypto';
import { requireWriting } from '@/lib/auth/policy';
import { ControlPlaneError, isControlPlaneError } from '@/lib/domain/errors';
import type { Context } from '@/lib/services/context';
import { validationFailed } from '@/lib/services/explain-issues';
import { resolveCaller, type Caller } from '@/lib/services/identity/caller';
import { toDomainError } from '@/lib/services/to-domain-error';
import { errorResult, type ErrorResult } from './error-result';
import type { Connection } from './connection';
import type { McpHost } from './host';
import type { Tool } from './tool';

/** Everything a tool does is over by then, waiting included; clients give up after 60 s. */
const CALL_WITHIN_MS = 49_500;

export interface SuccessResult {
  structuredContent: Record<string, unknown>;
  /** A copy for clients that know no structured content, and for the model. */
  content: { type: 'text'; text: string }[];
}
export type ToolResult = SuccessResult | ErrorResult;

/** A fault of ours: no tool result, for there is nothing a model could do about it. */
export class InternalFault extends Error {
  constructor(readonly requestId: string) {
    super(`Something went wrong on our side (request ${requestId}).`);
  }
}

export interface CallRequest {
  tool: Tool;
  args: unknown;
  client: string;
  signal: AbortSignal;
}

/** One tool call, whatever it came through: who, whether they may, what they sent, and the result or the refusal. */
export async function callTool(host: McpHost, connection: Connection, request: CallRequest): Promise<ToolResult> {
  const requestId = randomUUID();
  try {
    return await withinTime(request.signal, host.stopping, signal =>
      admitted(host, connection, requestId, { ...request, signal }),
    );
  } catch (error) {
    const known = toDomainError(error);
    if (known instanceof ControlPlaneError && !isControlPlaneError(known, 'internal')) return errorResult(known);
    host.plane.log.error({ err: error, requestId, tool: request.tool.name }, 'tool call failed');
    throw new InternalFault(requestId);
  }
}

async function admitted(
  host: McpHost,
  connection: Connection,
  requestId: string,
  request: CallRequest,
): Promise<ToolResult> {
  const principal = await connection.principal();
  if (!principal) throw new ControlPlaneError('unauthenticated', 'The token of this connection is not good any more.');
  const ctx: Context = { plane: host.plane, principal, requestId };
  return host.limits.run(request.tool.waits ? 'waits' : 'works', `${principal.tenantId}:${principal.id}`, () =>
    recorded(host, connection, ctx, request),
  );
}

async function recorded(
  host: McpHost,
  connection: Connection,
  ctx: Context,
  request: CallRequest,
): Promise<ToolResult> {
  const { tool, args, client } = request;
  const { caller, refusal } = await resolve(ctx, args);
  const end = await host.recorder.start({
    ctx,
    caller,
    connection,
    client,
    tool: tool.name,
    endsDispatch: tool.endsDispatch === true,
  });
  try {
    if (!caller) throw refusal;
    if (!tool.annotations.readOnlyHint) requireWriting(ctx.principal);
    const result = success(tool, await run(host, tool, caller, request));
    end(null);
    return result;
  } catch (error) {
    const known = toDomainError(error);
    end(known instanceof ControlPlaneError ? known.code : 'internal');
    throw error;
  }
}

type Resolved = { caller: Caller; refusal: null } | { caller: null; refusal: unknown };

/** A key that opens nothing is an answer for the caller, but the call is recorded all the same. */
async function resolve(ctx: Context, args: unknown): Promise<Resolved> {
  const key = typeof args === 'object' && args !== null ? (args as Record<string, unknown>)['dispatch'] : undefined;
  try {
    return { caller: await resolveCaller(ctx, typeof key === 'string' ? key : undefined), refusal: null };
  } catch (error) {
    if (!(error instanceof ControlPlaneError)) throw error;
    return { caller: null, refusal: error };
  }
}

async function run(host: McpHost, tool: Tool, caller: Caller, { args, signal }: CallRequest) {
  const parsed = tool.input.safeParse(args ?? {});
  if (!parsed.success) throw validationFailed('arguments', parsed.error, args ?? {});
  return tool.run({ caller, watch: host.watch, signal }, parsed.data);
}

/** Through its own schema, so that what is promised and what is sent cannot part. */
function success(tool: Tool, made: unknown): SuccessResult {
  const structuredContent = tool.output.parse(made);
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

async function withinTime<T>(
  gone: AbortSignal,
  stopping: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not `AbortSignal.any`: `stopping` lives as long as the process, and would keep a word of every call.
  const over = new AbortController();
  const ends = [gone, stopping].map(signal => [signal, () => over.abort(signal.reason)] as const);
  for (const [signal, end] of ends) {
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      over.abort();
      reject(tookTooLong());
    }, CALL_WITHIN_MS);
  });
  try {
    return await Promise.race([call(over.signal), timeout]);
  } finally {
    clearTimeout(timer);
    for (const [signal, end] of ends) signal.removeEventListener('abort', end);
  }
}

const tookTooLong = () =>
  new ControlPlaneError('unavailable', 'The call took longer than 50 s; whether it took effect is not known.', {
    retry: 'backoff',
    retryAfterMs: 5_000,
  });
