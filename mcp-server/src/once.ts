import { isControlPlaneError } from '@/lib/domain/errors';
import { createOnce } from '@/lib/services/idempotency/create-once';
import { hashRequest } from '@/lib/services/idempotency/hash-request';
import type { ToolCall } from './tool';

interface OnceCreation<T> {
  /** `recordId` is the id to create under, so that a repeat after a crash finds it. */
  create(recordId?: string): Promise<T>;
  readBack(recordId: string): Promise<T>;
  /** Does what may be missing of one that was made before a crash. Repeatable. */
  mend?(recordId: string): Promise<void>;
  /** What was cut off is created again, which finds what of it is there, and not looked for by `readBack`. */
  isRepeatable?: true;
}

interface CreatingInput {
  dispatch?: string | undefined;
  idempotencyKey?: string | undefined;
}

/** Creates once under an idempotencyKey; what was created under it before is read back as it is now. */
export async function once<T>(
  { caller }: ToolCall,
  tool: string,
  { dispatch: _key, idempotencyKey, ...asked }: CreatingInput,
  { create, readBack, mend, isRepeatable }: OnceCreation<T>,
): Promise<T> {
  if (idempotencyKey === undefined) return create();
  const { result } = await createOnce<T>(caller.ctx, {
    // Dispatches of one session share its token: a word one of them chose is not another's.
    key: `mcp ${tool}:${caller.dispatch?._id.toHexString() ?? ''}:${idempotencyKey}`,
    bodyHash: hashRequest(tool, asked),
    create: async recordId => ({ key: recordId, result: await create(recordId) }),
    readBack,
    findMade: async recordId => {
      if (isRepeatable) return null;
      await mend?.(recordId);
      return findMade(recordId, readBack);
    },
  });
  return result;
}

async function findMade<T>(recordId: string, readBack: (id: string) => Promise<T>) {
  try {
    return { key: recordId, result: await readBack(recordId) };
  } catch (error) {
    if (isControlPlaneError(error, 'not-found')) return null;
    throw error;
  }
}
