import { requirePermission } from '../../auth/policy';
import type { AgentTypePreview, PreviewAgentType } from '../../domain/agent-type/requests';
import { notFound } from '../../domain/errors';
import { findAgentType } from '../../store/agent-types';
import { hexOrNull, pathId } from '../../store/ids';
import { findThread } from '../../store/threads';
import type { Context } from '../context';
import { assemblePrompt } from '../dispatches/bundle/assemble-prompt';
import { readPromptContext, readPromptThread } from '../dispatches/bundle/prompt-sources';

/** No form of a key or id: nobody may take the preview's for one that works. */
const KEY_STAND_IN = '<given at the claim>';
const ID_STAND_IN = '<id>';
const WORK_STAND_IN = '<the message stands here>';

/** The prompt a dispatch of this type would get now, by the same assembly as a claim's. */
export async function previewAgentType(
  ctx: Context,
  slug: string,
  { threadId }: PreviewAgentType,
): Promise<AgentTypePreview> {
  requirePermission(ctx.principal, 'dispatches:read');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const type = await findAgentType(plane.collections, tenantId, slug);
  if (!type) throw notFound('agent type', slug);
  const { thread, projectId } = threadId ? await readThread(ctx, threadId) : { thread: null, projectId: null };
  // The work is what was last said to this type, else what was last said.
  const messages = thread?.messages ?? [];
  const message = messages.findLast(({ assignedTo }) => assignedTo === slug) ?? messages.at(-1) ?? null;
  const prompt = assemblePrompt({
    dispatch: {
      id: ID_STAND_IN,
      source: { kind: 'message', id: message?.id ?? ID_STAND_IN },
      mode: 'start',
      attempt: 1,
    },
    type,
    key: KEY_STAND_IN,
    context: await readPromptContext(plane, tenantId, projectId),
    thread,
    task: null,
    standIn: WORK_STAND_IN,
  });
  return {
    prompt,
    slug,
    revision: type.revision,
    threadId: threadId ?? null,
    messageId: message?.id ?? null,
    characters: prompt.length,
  };
}

async function readThread({ plane, principal }: Context, id: string) {
  const { tenantId } = principal;
  const threadId = pathId('thread', id);
  const [row, thread] = await Promise.all([
    findThread(plane.collections, tenantId, threadId),
    readPromptThread(plane, tenantId, threadId),
  ]);
  if (!row) throw notFound('thread', id);
  return { thread, projectId: hexOrNull(row.projectId) };
}
