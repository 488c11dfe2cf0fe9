import type { EventFilter } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import type { EventHead } from './entry';
import type { ProjectTree } from './project-index';

/** May depend on the principal's tenant, role and agent type only: readers alike in these share one answer. */
export type Authorize = (principal: Principal, head: EventHead) => boolean;

export interface EventMatcher {
  /** Readers with the same key see the same events, and are sent the same buffer. */
  key: string;
  tenantId: string;
  matches(head: EventHead): boolean;
}

/** The one gate between an event and a reader, live or replayed. The tenant is checked here whatever the policy says. */
export function createMatcher(
  principal: Principal,
  filter: EventFilter,
  authorize: Authorize,
  projects: ProjectTree,
): EventMatcher {
  const { tenantId, role, agentType } = principal;
  const { assignedTo, client, brand, project } = filter;
  const types = filter.types === undefined ? null : new Set<string>(filter.types);
  const inProject = client !== undefined || brand !== undefined || project !== undefined;
  const hangsUnder = (head: EventHead): boolean => {
    const path = projects.resolve(tenantId, head.projectId);
    return (
      (client === undefined || path.client === client) &&
      (brand === undefined || path.brand === brand) &&
      (project === undefined || path.project === project)
    );
  };
  return {
    key: JSON.stringify([tenantId, role, agentType, types && [...types].sort(), assignedTo, client, brand, project]),
    tenantId,
    matches: head =>
      head.tenantId === tenantId &&
      (types === null || types.has(head.type)) &&
      (assignedTo === undefined || head.assignedTo === assignedTo) &&
      (!inProject || hangsUnder(head)) &&
      authorize(principal, head),
  };
}
