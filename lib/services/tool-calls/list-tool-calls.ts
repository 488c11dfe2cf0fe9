import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { ListToolCalls, ToolCall } from '../../domain/tool-call/schema';
import { listToolCallRows } from '../../store/tool-calls';
import { toToolCall } from '../../store/to-record/observation';
import type { Context } from '../context';

export function listToolCalls({ plane, principal }: Context, query: ListToolCalls): Promise<Page<ToolCall>> {
  requirePermission(principal, 'activity:read');
  return listToolCallRows(plane.collections, principal.tenantId, query, toToolCall);
}
