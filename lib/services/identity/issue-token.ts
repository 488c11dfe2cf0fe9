import { redactSecrets } from '../../domain/redact';
import { hashSecret, makeToken } from '../../auth/token';
import { ControlPlaneError, invalidField } from '../../domain/errors';
import { DEFAULT_TENANT } from '../../domain/fields';
import type { CreateToken, IssuedToken } from '../../domain/identity/schema';
import type { ApiTokenDocument } from '../../store/documents';
import { binary, bodyId, hex, newId } from '../../store/ids';
import { insertNow } from '../../store/insert-now';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { toToken } from './to-token';

export interface IssueTokenInput extends CreateToken {
  /** Chosen by the caller where a repeat must not make a second one. */
  id?: string | undefined;
}

/** The one answer that shows the token; after it, only its hash exists. */
export async function issueToken(ctx: Context, input: IssueTokenInput): Promise<IssuedToken> {
  const { plane, principal } = ctx;
  const tenantId = await tenantOf(ctx, input.tenantId);
  await checkAgentType(ctx, tenantId, input.agentType);
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAt !== null && expiresAt.getTime() <= plane.clock.now()) {
    throw invalidField('expiresAt', `got ${expiresAt.toISOString()}, which is past; wants a time to come`);
  }
  const _id = input.id === undefined ? newId() : bodyId('id', input.id);
  const token = makeToken(input.role, hex(_id));
  const now = new Date(plane.clock.now());
  const label = redactSecrets(input.label);
  const document: ApiTokenDocument = {
    _id,
    tenantId,
    tokenId: hex(_id),
    hash: binary(hashSecret(token)),
    role: input.role,
    label,
    agentType: input.agentType ?? null,
    account: input.account ? redactSecrets(input.account) : input.role === 'orchestrator' ? label : null,
    createdAt: now,
    updatedAt: now,
    createdBy: principal.id,
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
  const row = await insertNow(plane.collections.apiTokens, document);
  await recordIssue(ctx, row);
  return { ...toToken(row), token };
}

async function tenantOf({ plane, principal }: Context, named: string | undefined): Promise<string> {
  if (named === undefined || named === principal.tenantId) return principal.tenantId;
  if (principal.tenantId !== DEFAULT_TENANT) {
    throw new ControlPlaneError('forbidden', 'Only an admin of the default tenant makes tokens for another tenant.');
  }
  if (await plane.tenants.exists(named)) return named;
  throw invalidField('tenantId', `got '${named}', wants a tenant that exists`);
}

async function checkAgentType({ plane }: Context, tenantId: string, slug: string | undefined): Promise<void> {
  if (slug === undefined || (await plane.agentTypes.get(tenantId, slug))) return;
  throw invalidField('agentType', `got '${slug}', wants an agent type of tenant '${tenantId}'`);
}

/** In the log of the tenant it opens, and in the actor's own where that is another. */
async function recordIssue(ctx: Context, row: ApiTokenDocument): Promise<void> {
  const entry = {
    action: 'token.create',
    subject: { kind: 'token', id: row.tokenId },
    changes: [
      { field: 'tenantId', before: null, after: row.tenantId },
      { field: 'role', before: null, after: row.role },
      { field: 'label', before: null, after: row.label },
      { field: 'agentType', before: null, after: row.agentType },
    ],
  };
  await recordActivity(ctx, { ...entry, tenantId: row.tenantId });
  if (row.tenantId !== ctx.principal.tenantId) await recordActivity(ctx, entry);
}
