import { z } from 'zod';
import {
  AgentTypePage,
  AgentTypePreview,
  AgentTypeRevisionPage,
  ImportQuery,
  ImportReport,
  ListAgentTypes,
  PreviewAgentType,
  RollBackAgentType,
} from '../../domain/agent-type/requests';
import { AgentType, CreateAgentType, PatchAgentType } from '../../domain/agent-type/schema';
import { pageFields } from '../../domain/fields';
import { createAgentType } from '../../services/agent-types/create-agent-type';
import { deleteAgentType } from '../../services/agent-types/delete-agent-type';
import { exportAgentTypes } from '../../services/agent-types/export-agent-types';
import { importAgentTypes } from '../../services/agent-types/import-agent-types';
import { patchAgentType } from '../../services/agent-types/patch-agent-type';
import { previewAgentType } from '../../services/agent-types/preview-agent-type';
import { getAgentType, listAgentTypeRevisions, listAgentTypes } from '../../services/agent-types/read-agent-types';
import { rollBackAgentType } from '../../services/agent-types/roll-back-agent-type';
import { route, type Route } from '../route';

const tag = 'agent types';
const YAML = 'application/yaml';

export const agentTypeRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/agent-types',
    access: 'agent-types:read',
    tag,
    summary: 'Agent types, oldest first',
    query: ListAgentTypes,
    response: AgentTypePage,
    run: ({ ctx, query }) => listAgentTypes(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/agent-types',
    access: 'agent-types:write',
    tag,
    summary: 'Makes an agent type; work that was unroutable for want of it becomes due',
    body: CreateAgentType,
    status: 201,
    response: AgentType,
    idempotent: true,
    run: ({ ctx, body, recordId }) => createAgentType(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/agent-types/export',
    access: 'agent-types:read',
    tag,
    summary: 'All agent types as one YAML document, as import takes it',
    responseType: YAML,
    run: ({ ctx }) => exportAgentTypes(ctx),
  }),
  route({
    method: 'POST',
    path: '/api/agent-types/import',
    access: 'agent-types:write',
    tag,
    summary: 'Takes in a YAML document, all of it or nothing; each changed type gets a revision',
    query: ImportQuery,
    textBody: YAML,
    response: ImportReport,
    run: ({ ctx, body, query }) =>
      importAgentTypes(ctx, body as string, query.dryRun === '1' || query.dryRun === 'true'),
  }),
  route({
    method: 'GET',
    path: '/api/agent-types/:slug',
    access: 'agent-types:read',
    tag,
    summary: 'One agent type',
    response: AgentType,
    run: ({ ctx, params }) => getAgentType(ctx, params['slug']!),
  }),
  route({
    method: 'PATCH',
    path: '/api/agent-types/:slug',
    access: 'agent-types:write',
    tag,
    summary: 'Merges a change made from `revision`; each change is a new revision',
    body: PatchAgentType,
    response: AgentType,
    run: ({ ctx, params, body }) => patchAgentType(ctx, params['slug']!, body),
  }),
  route({
    method: 'DELETE',
    path: '/api/agent-types/:slug',
    access: 'agent-types:write',
    tag,
    summary: 'Takes a type away; running dispatches go on, its due work becomes unroutable, its revisions stay',
    status: 204,
    response: z.undefined(),
    run: ({ ctx, params }) => deleteAgentType(ctx, params['slug']!),
  }),
  route({
    method: 'GET',
    path: '/api/agent-types/:slug/revisions',
    access: 'agent-types:read',
    tag,
    summary: 'What each save changed, newest first',
    query: z.strictObject(pageFields),
    response: AgentTypeRevisionPage,
    run: ({ ctx, params, query }) => listAgentTypeRevisions(ctx, params['slug']!, query),
  }),
  route({
    method: 'POST',
    path: '/api/agent-types/:slug/rollback',
    access: 'agent-types:write',
    tag,
    summary: 'Brings the settings of an earlier revision back, as a new one',
    body: RollBackAgentType,
    response: AgentType,
    run: ({ ctx, params, body }) => rollBackAgentType(ctx, params['slug']!, body),
  }),
  route({
    method: 'POST',
    path: '/api/agent-types/:slug/preview',
    access: 'dispatches:read',
    tag,
    summary: 'The prompt a dispatch of this type would get, with a stand-in for its key',
    body: PreviewAgentType,
    response: AgentTypePreview,
    run: ({ ctx, params, body }) => previewAgentType(ctx, params['slug']!, body),
  }),
];
