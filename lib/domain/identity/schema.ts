import { z } from 'zod';
import { AgentTypeSlug } from '../agent-type/schema';
import { GivenTime, NullableTimestamp, TenantId, pageFields, recordFields, searchField } from '../fields';

export const ROLES = ['admin', 'operator', 'viewer', 'controller', 'orchestrator', 'agent'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/**
 * Who is calling, as the credential says it; never read from a body.
 * `via` is how it was shown: it decides which CSRF rules hold and what can be revoked.
 */
export interface Principal {
  tenantId: string;
  role: Role;
  /** Stable id: the token's, the browser session's token's, or `admin` for the first admin. */
  id: string;
  label: string;
  /** Bound agent type, for role `agent`. */
  agentType?: string;
  /** What `retryNotBefore` holds: the label on an orchestrator's token; default its id. */
  account: string;
  via: 'token' | 'cookie' | 'stdio' | 'system';
  /** The browser session's record id, with `via: cookie`: what signing out ends. */
  sessionId?: string;
  /** Epoch ms after which the credential is void; absent = never. */
  expiresAtMs?: number;
}

export const Me = z.object({
  tenantId: TenantId,
  role: Role,
  id: z.string(),
  label: z.string(),
  agentType: z.string().nullable(),
  expiresAt: NullableTimestamp,
});
export type Me = z.infer<typeof Me>;

export const CreateToken = z
  .strictObject({
    role: Role,
    label: z.string().min(1).max(120),
    tenantId: TenantId.optional(),
    agentType: AgentTypeSlug.optional(),
    account: z.string().min(1).max(120).optional().describe('Provider account that retryNotBefore holds'),
    expiresAt: GivenTime.optional(),
  })
  .refine(token => (token.role === 'agent') === (token.agentType !== undefined), {
    path: ['agentType'],
    message: 'wants an agent type for role agent, and none for any other role',
  });
export type CreateToken = z.infer<typeof CreateToken>;

export const ApiToken = z.object({
  ...recordFields,
  role: Role,
  label: z.string(),
  agentType: z.string().nullable(),
  account: z.string().nullable(),
  expiresAt: NullableTimestamp,
  revokedAt: NullableTimestamp,
  lastUsedAt: NullableTimestamp,
});
export type ApiToken = z.infer<typeof ApiToken>;
export const ListTokens = z.strictObject({
  ...pageFields,
  ...searchField,
  role: Role.optional(),
  agentType: z.string().max(64).optional(),
});
export type ListTokens = z.infer<typeof ListTokens>;
export const IssuedToken = ApiToken.extend({ token: z.string().describe('Shown once; only a hash is kept') });
export type IssuedToken = z.infer<typeof IssuedToken>;

export const CreateTenant = z.strictObject({ tenantId: TenantId, name: z.string().min(1).max(120) });
export type CreateTenant = z.infer<typeof CreateTenant>;
export const Tenant = z.object({ ...recordFields, name: z.string() });
export type Tenant = z.infer<typeof Tenant>;
export const ListTenants = z.strictObject({ ...pageFields, ...searchField });
export type ListTenants = z.infer<typeof ListTenants>;

/** `POST /api/auth/session`: a sign-in code, a token, or nothing when a bearer token rides in the header. */
export const SignIn = z.strictObject({ code: z.string().max(200).optional(), token: z.string().max(400).optional() });
export type SignIn = z.infer<typeof SignIn>;
