import { z } from 'zod';
import { pageOf } from '../../domain/fields';
import { CreateProject, ListProjects, PatchProject, Project, ProjectContext } from '../../domain/project/schema';
import { createProject } from '../../services/projects/create-project';
import { deleteProject } from '../../services/projects/delete-project';
import { patchProject } from '../../services/projects/patch-project';
import { getProject, getProjectContext, listProjects } from '../../services/projects/read-projects';
import { route, type Route } from '../route';

const tag = 'projects';

export const projectRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/projects',
    access: 'projects:read',
    tag,
    summary: 'Clients, brands and projects, oldest first',
    query: ListProjects,
    response: pageOf(Project),
    run: ({ ctx, query }) => listProjects(ctx, query),
  }),
  route({
    method: 'POST',
    path: '/api/projects',
    access: 'projects:write',
    tag,
    summary: 'Makes a client, a brand under a client, or a project under a brand',
    body: CreateProject,
    status: 201,
    response: Project,
    idempotent: true,
    run: ({ ctx, body, recordId }) => createProject(ctx, body, recordId),
  }),
  route({
    method: 'GET',
    path: '/api/projects/:id',
    access: 'projects:read',
    tag,
    summary: 'One node',
    response: Project,
    run: ({ ctx, params }) => getProject(ctx, params['id']!),
  }),
  route({
    method: 'PATCH',
    path: '/api/projects/:id',
    access: 'projects:write',
    tag,
    summary: 'Merges a change; a label of null goes. What hangs below follows on read',
    body: PatchProject,
    response: Project,
    run: ({ ctx, params, body }) => patchProject(ctx, params['id']!, body),
  }),
  route({
    method: 'DELETE',
    path: '/api/projects/:id',
    access: 'projects:write',
    tag,
    summary: 'Takes a node away on which no node, thread or task hangs',
    status: 204,
    response: z.undefined(),
    run: ({ ctx, params }) => deleteProject(ctx, params['id']!),
  }),
  route({
    method: 'GET',
    path: '/api/projects/:id/context',
    access: 'projects:read',
    tag,
    summary: 'The cascade: each step’s context, outermost first, and the labels of which the innermost wins',
    response: ProjectContext,
    run: ({ ctx, params }) => getProjectContext(ctx, params['id']!),
  }),
];
