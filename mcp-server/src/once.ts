import { createHash } from 'node:crypto';
import { isControlPlaneError } from '@/lib/domain/errors';
import { createOnce } from '@/lib/services/idempotency/create-once';
import type { ToolCall } from './tool';

interface OnceCreation<T> {
  /** `recordId` is the id to create under, so that a repeat after a crash finds it. */
  create(recordId?: string): Promise<T>;
  readBack(recordId: string): Promise<T>;
  /** Does what may be missing of one that was made before a crash. Repeatable. */
  mend?(recordId: string): Promise<void>;
}

interface CreatingInput {
  dispatch?: string | undefined;
  idempotencyKey?: string | undefined;
}

/** Creates once under an idempotencyKey; what was created under it before is read back as it is now. */
export async function once<T extends { id: string }>(
  { caller }: ToolCall,
  tool: string,
  { dispatch: _key, idempotencyKey, ...asked }: CreatingInput,
  { create, readBack, mend }: OnceCreation<T>,
): Promise<T> {
  if (idempotencyKey === undefined) return create();
  const { result } = await createOnce<T>(caller.ctx, {
    // Dispatches of one session share its token: a word one of them chose is not another's.
    key: `mcp ${tool}:${caller.dispatch?._id.toHexString() ?? ''}:${idempotencyKey}`,
    bodyHash: hashOf(asked),
    create: async recordId => {
      const made = await create(recordId);
      return { key: made.id, result: made };
    },
    readBack,
    findMade: async recordId => {
      await mend?.(recordId);
      return findMade(recordId, readBack);
    },
  });
  return result;
}

async function findMade<T extends { id: string }>(recordId: string, readBack: (id: string) => Promise<T>) {
  try {
    return { key: recordId, result: await readBack(recordId) };
  } catch (error) {
    if (isControlPlaneError(error, 'not-found')) return null;
    throw error;
  }
}

/** Arguments are flat but for lists of text; their order says nothing. */
function hashOf(asked: Record<string, unknown>): string {
  const fields = Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url');
}
