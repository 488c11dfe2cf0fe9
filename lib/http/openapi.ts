import { z } from 'zod';
import { ProblemBody } from '../wire/error-body';
import { streamPath } from './openapi-stream';
import type { Route } from './route';

type Json = Record<string, unknown>;

/** OpenAPI 3.1, for its schemas are JSON Schema as zod writes it. Everything in it comes from the route table. */
export function buildOpenApi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {});
    path[route.method.toLowerCase()] = operation(route);
  }
  paths['/api/events'] = streamPath(query => parameters(query, 'query'), problems(['401', '403', '422', '429']));
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
        session: { type: 'apiKey', in: 'cookie', name: 'switchboard_session', description: 'A signed-in browser' },
      },
      schemas: { Problem: jsonSchema(ProblemBody, 'output') },
      headers: {
        EventCursor: { description: 'A position of /api/events taken before the read', schema: { type: 'string' } },
        RequestId: { description: 'Names this request in the logs', schema: { type: 'string' } },
      },
    },
  };
}

function operation(route: Route): Json {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: accessText(route),
    security: route.access === 'open' ? [] : [{ bearer: [] }, { session: [] }],
    parameters: [...pathParameters(route), ...parameters(route.query, 'query'), ...headerParameters(route)],
    ...requestBody(route),
    responses: { ...successes(route), ...problems(refusals(route)) },
  };
}

const operationId = ({ method, path }: Route): string =>
  `${method.toLowerCase()}${path
    .replace(/^\/api/, '')
    .split('/')
    .map(part => part.replace(/[^A-Za-z0-9]+(\w)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? ''))
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;

function accessText({ access }: Route): string {
  if (access === 'open') return 'Open to all.';
  return access === 'signed-in' ? 'Any principal.' : `Wants the permission ${access}.`;
}

const pathParameters = ({ path }: Route): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

function parameters(schema: z.ZodType | undefined, place: 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...shape }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: shape,
  }));
}

function headerParameters({ idempotent }: Route): Json[] {
  if (!idempotent) return [];
  const description = 'Same key and body: the same record, 200. Same key, other body: 409. Kept for 24 hours.';
  return [
    { name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string', maxLength: 200 } },
  ];
}

function requestBody({ body, textBody, method }: Route): Json {
  if (textBody !== undefined)
    return { requestBody: { required: true, content: { [textBody]: { schema: { type: 'string' } } } } };
  if (!body) return {};
  const schema = { schema: jsonSchema(body, 'input') };
  const merge = method === 'PATCH' ? { 'application/merge-patch+json': schema } : {};
  return { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': schema, ...merge } } };
}

function successes(route: Route): Json {
  const { status = 200, response, responseType, method, idempotent } = route;
  const headers: Json = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...(method === 'GET' ? { 'X-Event-Cursor': { $ref: '#/components/headers/EventCursor' } } : {}),
  };
  if (status === 204) return { 204: { description: 'Done', headers } };
  const schema = responseType === undefined ? (response ? jsonSchema(response, 'output') : {}) : { type: 'string' };
  const content = { [responseType ?? 'application/json']: { schema } };
  return {
    [status]: { description: status === 201 ? 'Made' : 'OK', headers, content },
    ...(idempotent
      ? { 200: { description: 'Made by an earlier request with this Idempotency-Key', headers, content } }
      : {}),
  };
}

function refusals({ method, path, access, body, textBody, idempotent }: Route): string[] {
  const takesBody = body !== undefined || textBody !== undefined;
  return [
    '400',
    ...(access === 'open' ? [] : ['401']),
    '403',
    ...(path.includes(':') ? ['404'] : []),
    ...(method !== 'GET' || idempotent ? ['409'] : []),
    ...(takesBody ? ['413', '415'] : []),
    '422',
    '429',
    '503',
  ];
}

const problems = (statuses: string[]): Json =>
  Object.fromEntries(
    statuses.map(status => [
      status,
      {
        description: DESCRIPTIONS[status],
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );

const DESCRIPTIONS: Record<string, string> = {
  400: 'Malformed, or a credential in the URL',
  401: 'No valid credential',
  403: 'Not allowed',
  404: 'Not there, or another tenant’s',
  409: 'Conflict; the code says which',
  413: 'Body over 1 MiB',
  415: 'Wrong content type',
  422: 'A field or parameter is wrong; errors names each',
  429: 'Over a limit; Retry-After says when',
  503: 'The database cannot be reached; nothing was changed',
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  return rest;
}
