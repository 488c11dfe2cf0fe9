import type { ClaimResult } from '@/lib/domain/dispatch/schema';
import { isControlPlaneError } from '@/lib/domain/errors';
import type { ClaimRequest } from '@/lib/sdk/dispatch-calls';
import { mayHaveClaimed } from '@/lib/sdk/problem';
import { reconcile } from './reconcile';
import type { ScriptContext } from './script';

type Context = Pick<ScriptContext, 'calls' | 'consumer' | 'isNamed' | 'state'>;

/** A claim, and what a failed one leaves behind: a ring that is owed, and work that no answer told of. */
export async function claim(context: Context, request: ClaimRequest): Promise<ClaimResult> {
  try {
    return await claimTwice(context, request);
  } catch (error) {
    // A refusal that stays one is the session's to mend: rung for again, it would cost a turn each time.
    const passes = isControlPlaneError(error) && error.retry !== 'never';
    await context.state.update(state => {
      state.owesLook = passes;
    });
    throw error;
  }
}

/** What a failed one took, given back, is there for the second. */
async function claimTwice(context: Context, request: ClaimRequest, isSecond = false): Promise<ClaimResult> {
  const { calls, state } = context;
  if (state.read().mayHoldStrays === true) await giveBackStrays(context);
  try {
    return await calls.claim(request);
  } catch (error) {
    if (!mayHaveClaimed(error)) throw error;
    // Written down: when the plane is away for longer than this script lives, the next one gives it back.
    await mark(state, true);
    if (isSecond) throw error;
    return claimTwice(context, request, true);
  }
}

async function giveBackStrays(context: Context): Promise<void> {
  await reconcile(context);
  await mark(context.state, false);
}

const mark = (state: Context['state'], mayHoldStrays: boolean): Promise<void> =>
  state.update(current => {
    current.mayHoldStrays = mayHoldStrays;
  });
