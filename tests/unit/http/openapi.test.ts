import { expect, test } from 'vitest';
import { buildOpenApi } from '@/lib/http/openapi';
import { ROUTES } from '@/lib/http/routes';

interface Operation {
  operationId: string;
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: unknown }[];
  responses: Record<string, { content?: unknown }>;
}

const document = buildOpenApi(ROUTES) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
};
const operations = Object.values(document.paths).flatMap(path => Object.values(path));

test('every route of the table is described under its method, and nothing else but the event stream', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  );
  const inTable = ROUTES.map(route => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual([...inTable, 'GET /api/events'].toSorted());
});

test('each path parameter is declared, and each operation has an id of its own', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods)) {
      const declared = parameters.filter(parameter => parameter.in === 'path');
      expect(declared.map(parameter => parameter.name)).toEqual(named);
      expect(declared.every(parameter => parameter.required)).toBe(true);
    }
  }
  const ids = operations.map(operation => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every(id => /^[a-z][A-Za-z0-9]+$/.test(id))).toBe(true);
});

test('every reference leads somewhere inside the document', () => {
  const text = JSON.stringify(document);
  const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!));
  for (const reference of references) {
    const [hash, components, kind, name] = reference.split('/');
    expect([hash, components]).toEqual(['#', 'components']);
    expect(document.components[kind!], reference).toHaveProperty(name!);
  }
  expect(references).toContain('#/components/schemas/Problem');
  expect(text).not.toContain('$defs');
});

test('open routes ask for no credential, all others for one', () => {
  for (const route of ROUTES) {
    const { security } = document.paths[route.path.replace(/:(\w+)/g, '{$1}')]![route.method.toLowerCase()]!;
    expect(security.length === 0).toBe(route.access === 'open');
  }
});

test('every success and refusal has its shape', () => {
  for (const operation of operations) {
    expect(operation.responses).toHaveProperty('403');
    const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    expect(successes.length).toBeGreaterThan(0);
    for (const [status, { content }] of successes) expect(content === undefined).toBe(status === '204');
  }
});

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
function shapeOf(path: string, status: string): unknown {
  const { content } = document.paths[path]!['post']!.responses[status]!;
  return (content as Record<string, { schema: unknown }>)['application/json']!.schema;
}

test('a repeated create shows what its GET route shows: a token without its secret, a report, not a lease', () => {
  expect(shapeOf('/api/tokens', '201')).toEqual(ref('IssuedToken'));
  expect(shapeOf('/api/tokens', '200')).toEqual(ref('ApiToken'));
  expect(shapeOf('/api/messages', '200')).toEqual(ref('Message'));
  expect(shapeOf('/api/reports', '201')).toEqual(ref('Report'));
  // A heartbeat makes nothing: 200 with its lease.
  expect(shapeOf('/api/reports', '200')).toMatchObject({ anyOf: [ref('Report'), { type: 'object' }] });
});

test('the event stream says its type, its filters and how to resume', () => {
  const events = document.paths['/api/events']!['get']!;
  expect(events.responses['200']!.content).toHaveProperty('text/event-stream');
  const names = events.parameters.map(parameter => parameter.name);
  expect(names).toEqual(
    expect.arrayContaining(['types', 'assignedTo', 'client', 'consumer', 'after', 'Last-Event-ID']),
  );
});

test('the document stays small enough to be read by a client at every start', () => {
  expect(JSON.stringify(document).length).toBeLessThan(250_000);
});

test('a refusal may say more than its shape names: of a stale epoch the present one, of a conflict what is there', () => {
  expect(document.components['schemas']!['Problem']).not.toMatchObject({ additionalProperties: false });
});
