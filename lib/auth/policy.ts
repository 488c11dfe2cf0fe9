import { ControlPlaneError } from '../domain/errors';
import type { Principal, Role } from '../domain/identity/schema';

/**
 * The one policy: every door (REST, live and replayed events, MCP, export) asks `requirePermission`, and a route
 * cannot be declared without one. What a role may touch inside its tenant is decided here; which tenant is decided
 * by the credential and nothing else.
 */
export const PERMISSIONS = [
  'tokens:manage',
  'tenants:manage',
  'agent-types:read',
  'agent-types:write',
  'projects:read',
  'projects:write',
  'messages:read',
  'messages:write',
  'messages:cancel',
  'tasks:read',
  'tasks:write',
  'runs:read',
  'runs:write',
  'reports:read',
  'reports:write',
  'dispatches:read',
  'dispatches:work',
  'dispatches:steer',
  'events:read',
  'consumers:read',
  'consumers:write',
  'activity:read',
  'stats:read',
  'health:read',
  'metrics:read',
  'settings:read',
  'settings:write',
  'maintenance:run',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READS = PERMISSIONS.filter(permission => permission.endsWith(':read'));
const WORK: Permission[] = [
  'agent-types:write',
  'projects:write',
  'messages:write',
  'messages:cancel',
  'tasks:write',
  'runs:write',
  'reports:write',
  'dispatches:steer',
  'settings:write',
  'maintenance:run',
];

const GRANTS: Record<Role, ReadonlySet<Permission>> = {
  admin: new Set(PERMISSIONS),
  operator: new Set<Permission>([...READS, ...WORK, 'consumers:write']),
  viewer: new Set(READS),
  controller: new Set<Permission>([
    ...READS,
    'messages:write',
    'tasks:write',
    'runs:write',
    'reports:write',
    'consumers:write',
  ]),
  orchestrator: new Set<Permission>([...READS, 'dispatches:work', 'reports:write', 'consumers:write']),
  // Bound to one agent type: the services narrow these to its own messages and tasks.
  agent: new Set<Permission>([
    'agent-types:read',
    'projects:read',
    'messages:read',
    'messages:write',
    'tasks:read',
    'reports:write',
    'metrics:read',
  ]),
};

export const allows = (role: Role, permission: Permission): boolean => GRANTS[role].has(permission);

export function requirePermission(principal: Principal, permission: Permission): void {
  if (allows(principal.role, permission)) return;
  throw new ControlPlaneError('forbidden', `Role ${principal.role} may not do this (${permission}).`);
}

/** For a door that knows that something is written before it knows what. A dispatch key gives no role more than it has. */
export function requireWriting({ role }: Principal): void {
  if ([...GRANTS[role]].some(permission => !permission.endsWith(':read'))) return;
  throw new ControlPlaneError('forbidden', `Role ${role} only reads.`);
}

/** Only these see what passes through a tenant as a whole. */
export const isPerson = (principal: Principal): boolean => principal.role === 'admin' || principal.role === 'operator';
