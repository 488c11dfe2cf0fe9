import { ControlPlaneError } from '../../domain/errors';
import type { DispatchDocument } from '../../store/documents';
import type { Context } from '../context';
import { authenticateDispatchKey } from './authenticate-dispatch-key';

/**
 * Who acts in a tool call. The credential and the dispatch key decide it together and nothing in the arguments does:
 * with a key, the agent type of that dispatch; with a token bound to a type, that type; else a person, or a reader.
 */
export interface Caller {
  /** Its principal is narrowed to the agent type, so that every service sees no more than that type may. */
  ctx: Context;
  agentType: string | null;
  dispatch: DispatchDocument | null;
  /** The key's, which may be behind the dispatch's. */
  epoch: number | null;
  readRefusal: ControlPlaneError | null;
  writeRefusal: ControlPlaneError | null;
}

/** Every door asks the policy whether this role writes at all: the key says for whom, not whether. */
export async function resolveCaller(ctx: Context, key: string | undefined): Promise<Caller> {
  const { principal } = ctx;
  if (key === undefined) {
    const writeRefusal =
      principal.role === 'orchestrator' ? keyRequired('An orchestrator’s token alone only reads') : null;
    return {
      ctx,
      agentType: principal.agentType ?? null,
      dispatch: null,
      epoch: null,
      readRefusal: null,
      writeRefusal,
    };
  }
  const keyed = await authenticateDispatchKey(ctx.plane, principal, key);
  const { agentType } = keyed.dispatch;
  return {
    ...keyed,
    ctx: { ...ctx, principal: { ...principal, role: 'agent', agentType } },
    agentType,
  };
}

export function requireReader(caller: Caller): void {
  if (caller.readRefusal) throw caller.readRefusal;
}

export function requireWriter(caller: Caller): void {
  if (caller.writeRefusal) throw caller.writeRefusal;
}

/** For what only a dispatch can do, whoever asks. It says nothing about whether the dispatch still may. */
export function requireDispatch(caller: Caller): { dispatch: DispatchDocument; epoch: number } {
  if (caller.dispatch === null || caller.epoch === null) throw keyRequired('Only a dispatch can do this');
  return { dispatch: caller.dispatch, epoch: caller.epoch };
}

const keyRequired = (why: string) =>
  new ControlPlaneError(
    'dispatch-key-required',
    `${why}. Pass the dispatch key of your prompt (dk_…) as the argument \`dispatch\` of this call.`,
  );
