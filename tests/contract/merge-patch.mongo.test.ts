import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let client: { id: string };
beforeAll(async () => {
  api = await startApiServer();
  client = await make('/api/projects', { kind: 'client', slug: 'acme', name: 'Acme' });
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown) => api.call(method, path, { body });
const make = async (path: string, body: unknown) => {
  const answer = await call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};

interface Case {
  /** Where the record is, made with other values than its defaults. */
  at: () => Promise<string>;
  /** What null brings back. */
  defaults: Record<string, unknown>;
  /** Where null is refused. */
  required: string[];
}

let made = 0;
const slug = () => `made-${(made += 1)}`;
const at = async (path: string, body: object, key = 'id') => `${path}/${(await make(path, body))[key]}`;

const THRESHOLDS = {
  minPriority: 'low',
  leaseMs: 60_000,
  maxAttempts: 5,
  quietAfterMs: 120_000,
  stuckAfterMs: 600_000,
  dailyBudgetUsd: null,
};
const OTHER_THRESHOLDS = {
  minPriority: 'high',
  leaseMs: 5_000,
  maxAttempts: 2,
  quietAfterMs: 7,
  stuckAfterMs: 8,
  dailyBudgetUsd: 9,
};
const RETENTION = { activityDays: 90, toolCallDays: 30, sessionDays: 30, dispatchDays: 180 };

const CASES: Record<string, Case> = {
  'agent type': {
    at: () =>
      at(
        '/api/agent-types',
        {
          slug: slug(),
          name: 'n',
          description: 'd',
          model: 'opus',
          thinking: 'max',
          tools: ['Read'],
          systemPrompt: 's',
          concurrency: 3,
          paused: true,
          enabled: false,
          reportsTo: 'qa',
          thresholds: OTHER_THRESHOLDS,
        },
        'slug',
      ),
    defaults: {
      description: '',
      model: 'inherit',
      thinking: 'medium',
      tools: [],
      systemPrompt: '',
      concurrency: 1,
      paused: false,
      enabled: true,
      reportsTo: null,
      thresholds: THRESHOLDS,
    },
    required: ['name', 'revision'],
  },
  project: {
    at: () =>
      at('/api/projects', {
        kind: 'brand',
        slug: slug(),
        name: 'n',
        parentId: client.id,
        context: 'c',
        labels: { a: 'b' },
      }),
    defaults: { context: '', labels: {} },
    required: ['name', 'slug', 'kind'],
  },
  thread: {
    at: async () => {
      const path = await at('/api/threads', { subject: 's', priority: 'high', assignedTo: 'qa', projectId: client.id });
      await call('PATCH', path, { status: 'done' });
      return path;
    },
    defaults: { subject: '', priority: 'normal', assignedTo: null, projectId: null, status: 'open' },
    required: [],
  },
  message: {
    at: () => at('/api/messages', { body: 'b', priority: 'high', assignedTo: 'qa' }),
    defaults: { priority: 'normal', assignedTo: null },
    required: [],
  },
  task: {
    at: () =>
      at('/api/tasks', {
        title: 't',
        input: 'i',
        assignedTo: 'qa',
        priority: 'high',
        projectId: client.id,
        deliverables: [{ name: 'report' }],
      }),
    defaults: { input: '', priority: 'normal', projectId: null, deliverables: [] },
    required: ['title', 'assignedTo'],
  },
  settings: {
    at: async () => {
      const retention = { activityDays: 1, toolCallDays: 2, sessionDays: 3, dispatchDays: 4 };
      const { revision } = (await call('GET', '/api/settings')).body;
      await call('PATCH', '/api/settings', { revision, dispatchPaused: true, retention });
      return '/api/settings';
    },
    defaults: { dispatchPaused: false, retention: RETENTION },
    required: ['revision'],
  },
};

const inOne = Object.entries(CASES).flatMap(([noun, { at: build, defaults }]) =>
  Object.entries(defaults).map(([field, value]) => ({ noun, build, patch: { [field]: null }, field, value })),
);
/** Objects are merged field by field, and so is null. */
const nested = [
  ...Object.entries(THRESHOLDS).map(([name, value]) => ({
    noun: 'agent type',
    build: CASES['agent type']!.at,
    patch: { thresholds: { [name]: null } },
    field: 'thresholds',
    value: { ...OTHER_THRESHOLDS, [name]: value },
  })),
  {
    noun: 'settings',
    build: CASES['settings']!.at,
    patch: { retention: { toolCallDays: null } },
    field: 'retention',
    value: { activityDays: 1, toolCallDays: 30, sessionDays: 3, dispatchDays: 4 },
  },
];

test.each([...inOne, ...nested])(
  '$noun: $patch brings the default back, and nothing else',
  async ({ noun, build, patch, field, value }) => {
    const path = await build();
    const before = (await call('GET', path)).body;
    expect(before[field]).not.toEqual(value);
    const { status, text, body } = await call('PATCH', path, { ...revisionOf(before), ...patch });
    expect(status, text).toBe(200);
    const after = (await call('GET', path)).body;
    expect(after[field]).toEqual(value);
    expect(body[field]).toEqual(value);
    const others = Object.keys(CASES[noun]!.defaults).filter(name => name !== field);
    for (const name of others) expect(after[name], name).toEqual(before[name]);
  },
);

const refused = Object.entries(CASES).flatMap(([noun, { at: build, required }]) =>
  required.map(field => ({ noun, build, field })),
);
test.each(refused)('$noun: $field of null is refused', async ({ build, field }) => {
  const path = await build();
  const before = (await call('GET', path)).body;
  const answer = await call('PATCH', path, { ...revisionOf(before), [field]: null });
  expect(answer.status).toBe(422);
  expect(answer.body.errors[0].path).toBe(field);
  expect((await call('GET', path)).body).toEqual(before);
});

const revisionOf = ({ revision }: { revision?: number }) => (revision === undefined ? {} : { revision });

test('a label of null goes; the others stay', async () => {
  const path = await at('/api/projects', { kind: 'client', slug: slug(), name: 'n', labels: { a: '1', b: '2' } });
  expect((await call('PATCH', path, { labels: { a: null } })).body.labels).toEqual({ b: '2' });
});

test('the description of the API says where null is taken', async () => {
  const { paths } = (await call('GET', '/api/openapi.json')).body;
  const patches = {
    'agent type': '/api/agent-types/{slug}',
    project: '/api/projects/{id}',
    thread: '/api/threads/{id}',
    message: '/api/messages/{id}',
    task: '/api/tasks/{id}',
    settings: '/api/settings',
  };
  for (const [noun, path] of Object.entries(patches)) {
    const { properties } = paths[path].patch.requestBody.content['application/json'].schema;
    const nullable = Object.keys(properties).filter(name => takesNull(properties[name]));
    const { defaults } = CASES[noun]!;
    expect(nullable.toSorted(), noun).toEqual(
      [...Object.keys(defaults), ...(noun === 'project' ? ['parentId'] : [])].toSorted(),
    );
  }
  const { properties } = paths[patches['agent type']].patch.requestBody.content['application/json'].schema;
  const thresholds = properties.thresholds.anyOf[0].properties;
  expect(Object.keys(thresholds).filter(name => takesNull(thresholds[name]))).toEqual(Object.keys(THRESHOLDS));
});

const takesNull = ({ type, anyOf = [] }: { type?: unknown; anyOf?: { type?: unknown }[] }): boolean =>
  type === 'null' || (Array.isArray(type) && type.includes('null')) || anyOf.some(takesNull);
