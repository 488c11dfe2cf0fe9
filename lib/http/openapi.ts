import { z } from 'zod';
import { SESSION_COOKIE } from '../auth/credentials';
import { StreamQuery } from '../domain/event/schema';
import { ProblemBody } from '../wire/error-body';
import { readerOf } from './idempotency';
import { SchemaWriter, type Json } from './openapi-schemas';
import { streamPath } from './openapi-stream';
import { takesBody } from './read-body';
import type { Route } from './route';
import { Router } from './router';

/** OpenAPI 3.1, for its schemas are JSON Schema as zod writes it. Everything in it comes from the route table. */
export function buildOpenApi(routes: readonly Route[]): Json {
  const schemas = new SchemaWriter();
  const router = new Router(routes);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {});
    path[route.method.toLowerCase()] = operation(route, schemas, router);
  }
  paths['/api/events'] = streamPath(
    parameters(StreamQuery, schemas),
    problems(['400', '401', '403', '422', '429', '503']),
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'Switchboard',
      version: '0.1.0',
      description:
        'A control plane for teams of AI agents. Lists answer {items, nextCursor}; every GET carries X-Event-Cursor, a position in /api/events taken before the read; errors are RFC 9457 problems with a stable code.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set([...routes.map(route => route.tag), 'events'])].map(name => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'swb_<role>_<id>_<secret>' },
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'A signed-in browser' },
      },
      headers: {
        EventCursor: { description: 'A position of /api/events taken before the read', schema: { type: 'string' } },
        RequestId: { description: 'Names this request in the logs', schema: { type: 'string' } },
      },
      responses: problemResponses(schemas),
      schemas: schemas.components,
    },
  };
}

function operation(route: Route, schemas: SchemaWriter, router: Router): Json {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: accessText(route),
    security: route.access === 'open' ? [] : [{ bearer: [] }, { session: [] }],
    parameters: [...pathParameters(route), ...parameters(route.query, schemas), ...headerParameters(route)],
    ...requestBody(route, schemas),
    responses: { ...successes(route, schemas, router), ...problems(refusals(route)) },
  };
}

/** `POST /api/threads/:id/messages` is `postThreadsIdMessages`. */
const operationId = ({ method, path }: Route): string =>
  method.toLowerCase() +
  path
    .replace(/^\/api/, '')
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function accessText({ access }: Route): string {
  if (access === 'open') return 'Open to all.';
  return access === 'signed-in' ? 'Any principal.' : `Wants the permission ${access}.`;
}

const pathParameters = ({ path }: Route): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function parameters(schema: z.ZodType | undefined, schemas: SchemaWriter): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.write(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...shape }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: shape,
  }));
}

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', maxLength: 200 },
});

function headerParameters({ idempotent, dispatchKey }: Route): Json[] {
  return [
    ...(idempotent
      ? [
          header(
            'Idempotency-Key',
            'Same key and body: the same record, 200. Same key, other body: 409. Kept for 24 hours.',
          ),
        ]
      : []),
    ...(dispatchKey ? [header('X-Dispatch-Key', 'The dispatch key (dk_…) of the agent that reports')] : []),
  ];
}

const MERGES = 'Merged by RFC 7396: what is absent stays as it is, null puts a field back to its default.';

function requestBody({ body, textBody, method }: Route, schemas: SchemaWriter): Json {
  if (textBody !== undefined)
    return { requestBody: { required: true, content: { [textBody]: { schema: { type: 'string' } } } } };
  if (!body) return {};
  const schema = { schema: schemas.write(body, 'input') };
  const required = !body.safeParse({}).success;
  if (method !== 'PATCH') return { requestBody: { required, content: { 'application/json': schema } } };
  const content = { 'application/json': schema, 'application/merge-patch+json': schema };
  return { requestBody: { description: MERGES, required, content } };
}

function successes(route: Route, schemas: SchemaWriter, router: Router): Json {
  const { status = 200, response, responseType, method, idempotent } = route;
  const headers: Json = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...(method === 'GET' ? { 'X-Event-Cursor': { $ref: '#/components/headers/EventCursor' } } : {}),
  };
  if (status === 204) return { 204: { description: 'Done', headers } };
  const answer = (description: string, shape: z.ZodType | undefined): Json => {
    const schema = responseType !== undefined ? { type: 'string' } : shape ? schemas.write(shape, 'output') : {};
    return { description, headers, content: { [responseType ?? 'application/json']: { schema } } };
  };
  return {
    [status]: answer(status === 201 ? 'Made' : 'OK', response),
    ...(idempotent ? { 200: answer(...repeated(route, router)) } : {}),
  };
}

/** A repeat shows the record as its GET route does: of a token, for one, without the secret. */
function repeated(route: Route, router: Router): [description: string, shape: z.ZodType | undefined] {
  const { response } = readerOf(router, route);
  const made = 'Made by an earlier request with this Idempotency-Key';
  return route.uncreated && response
    ? [`${made}, or nothing to make`, z.union([response, route.uncreated])]
    : [made, response];
}

function refusals(route: Route): string[] {
  const { method, path, access, guessable, idempotent } = route;
  return [
    '400',
    ...(access === 'open' && !guessable ? [] : ['401']),
    '403',
    // In the path, in the body of a create, or gone when a repeat reads it back.
    ...(path.includes(':') || idempotent ? ['404'] : []),
    ...(method === 'GET' ? [] : ['409']),
    ...(takesBody(route) ? ['413', '415'] : []),
    '422',
    '429',
    '503',
  ];
}

const problems = (statuses: string[]): Json =>
  Object.fromEntries(statuses.map(status => [status, { $ref: `#/components/responses/${PROBLEMS[status]!.name}` }]));

const problemResponses = (schemas: SchemaWriter): Json =>
  Object.fromEntries(
    Object.values(PROBLEMS).map(({ name, description }) => [
      name,
      { description, content: { 'application/problem+json': { schema: schemas.write(ProblemBody, 'output') } } },
    ]),
  );

const PROBLEMS: Record<string, { name: string; description: string }> = {
  400: { name: 'Malformed', description: 'Malformed, or a credential in the URL' },
  401: { name: 'Unauthenticated', description: 'No valid credential' },
  403: { name: 'Forbidden', description: 'Not allowed' },
  404: { name: 'NotFound', description: 'Not there, or another tenant’s' },
  409: { name: 'Conflict', description: 'Conflict; the code says which' },
  413: { name: 'TooLarge', description: 'Body over 1 MiB' },
  415: { name: 'UnsupportedMediaType', description: 'Wrong content type' },
  422: { name: 'ValidationFailed', description: 'A field or parameter is wrong; errors names each' },
  429: { name: 'LimitExceeded', description: 'Over a limit; Retry-After says when' },
  503: { name: 'Unavailable', description: 'The database cannot be reached; nothing was changed' },
};
