import type { SessionDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import { countCall } from '../../store/sessions';
import { insertToolCall } from '../../store/tool-calls';
import type { Plane } from '../context';

/** Longer than any tool's name; a client may ask for one that does not exist. */
const MAX_TOOL_CHARACTERS = 128;

/** Answers with the call's id. `session` is what `openOrTouchSession` gave. */
export async function startToolCall(
  plane: Plane,
  session: Pick<SessionDocument, '_id' | 'tenantId' | 'dispatchId' | 'agentType' | 'createdBy'>,
  tool: string,
): Promise<string> {
  const { _id, tenantId, dispatchId, agentType, createdBy } = session;
  const call = { tenantId, createdBy, tool: tool.slice(0, MAX_TOOL_CHARACTERS), sessionId: _id, dispatchId, agentType };
  const [row] = await Promise.all([insertToolCall(plane.collections, call), countCall(plane.collections, _id)]);
  return hex(row._id);
}
