import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

let api: ApiServer;
let operator: string;
let viewer: string;
let foreign: string;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
  viewer = await api.tokenFor('viewer');
  await api.call('POST', '/api/tenants', { body: { tenantId: 'other', name: 'Other' } });
  foreign = await api.tokenFor('admin', { tenantId: 'other' });
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: unknown, token = operator) =>
  api.call(method, path, { body, token });
const make = async (kind: string, slug: string, more: object = {}) => {
  const answer = await call('POST', '/api/projects', { kind, slug, name: slug.toUpperCase(), ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const tree = async (name: string) => {
  const client = await make('client', name, { context: 'client facts', labels: { tier: 'gold', region: 'eu' } });
  const brand = await make('brand', `${name}-b`, {
    parentId: client.id,
    context: 'brand voice',
    labels: { region: 'us' },
  });
  const project = await make('project', `${name}-p`, { parentId: brand.id, context: 'launch' });
  return { client, brand, project };
};
/** 90 labels of 200 characters each, name and value. */
const many = (word: string) =>
  Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`${word}-${at + 10}`, 'x'.repeat(192)]));
const audit = (action: string) =>
  api.plane.collections.activity.find({ tenantId: 'default', action }).sort({ _id: -1 }).toArray();

describe('create', () => {
  it('hangs each kind on the one above it, and notes who did it', async () => {
    const { client, brand, project } = await tree('acme');
    expect([client.parentId, brand.parentId, project.parentId]).toEqual([null, client.id, brand.id]);
    expect((await audit('project.create'))[0]).toMatchObject({
      actor: { kind: 'operator' },
      subject: { id: project.id },
    });
    expect(api.plane.projects.resolve('default', project.id)).toEqual({
      client: 'acme',
      brand: 'acme-b',
      project: 'acme-p',
    });
  });

  it('refuses a parent that is missing, of the wrong kind, or of another tenant', async () => {
    const { client, brand } = await tree('kinds');
    const theirs = (await call('POST', '/api/projects', { kind: 'client', slug: 'theirs', name: 'T' }, foreign)).body;
    for (const body of [
      { kind: 'client', parentId: client.id },
      { kind: 'brand' },
      { kind: 'brand', parentId: brand.id },
      { kind: 'project', parentId: client.id },
      { kind: 'brand', parentId: 'f'.repeat(24) },
      { kind: 'brand', parentId: theirs.id },
    ]) {
      const answer = await call('POST', '/api/projects', { slug: 'no', name: 'no', ...body });
      expect([answer.status, answer.body.errors?.[0].path], JSON.stringify(body)).toEqual([422, 'parentId']);
    }
  });

  it('wants a slug that is free among its siblings, and makes one of two at once', async () => {
    const [a, b] = [await make('client', 'one'), await make('client', 'two')];
    await make('brand', 'same', { parentId: a.id });
    await make('brand', 'same', { parentId: b.id });
    const taken = await call('POST', '/api/projects', { kind: 'brand', slug: 'same', name: 'x', parentId: a.id });
    expect([taken.status, taken.body.code]).toEqual([409, 'already-exists']);
    const race = await Promise.all(
      [1, 2, 3].map(() => call('POST', '/api/projects', { kind: 'client', slug: 'race', name: 'r' })),
    );
    expect(race.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('takes labels of any name that can be stored', async () => {
    const labels = { 'a.b': '$name', constructor: 'x', '.': 'y', toBSON: 'z' };
    const { id } = await make('client', 'labels', { labels });
    const changed = await call('PATCH', `/api/projects/${id}`, { labels: { '.': null, 'c.d': '$$NOW' } });
    expect(changed.body.labels).toEqual({ 'a.b': '$name', constructor: 'x', toBSON: 'z', 'c.d': '$$NOW' });
    for (const name of ['_bsontype', '$a', 'a b', '']) {
      const body = { kind: 'client', slug: 'no', name: 'no', labels: { [name]: 'Long' } };
      const answer = await call('POST', '/api/projects', body);
      expect([answer.status, answer.body.errors?.[0].path], name).toEqual([422, `labels.${name}`]);
    }
  });

  it('is refused to a viewer', async () => {
    expect((await call('POST', '/api/projects', { kind: 'client', slug: 'v', name: 'v' }, viewer)).status).toBe(403);
  });
});

describe('edit', () => {
  it('merges, takes labels of null away, and says what changed', async () => {
    const { client } = await tree('merge');
    const answer = await call('PATCH', `/api/projects/${client.id}`, {
      name: 'New',
      labels: { tier: null, owner: 'ann' },
    });
    expect(answer.body).toMatchObject({ name: 'New', slug: 'merge', labels: { region: 'eu', owner: 'ann' } });
    expect(answer.body.labels).not.toHaveProperty('tier');
    expect((await audit('project.update'))[0]?.changes).toEqual([
      { field: 'name', before: 'MERGE', after: 'New' },
      { field: 'labels.owner', before: null, after: 'ann' },
      { field: 'labels.tier', before: 'gold', after: null },
    ]);
    expect((await call('PATCH', `/api/projects/${client.id}`, { kind: 'brand' })).status).toBe(422);
    expect((await call('PATCH', `/api/projects/${client.id}`, { name: 'x' }, viewer)).status).toBe(403);
  });

  it('moves a whole branch with one write', async () => {
    const { brand, project } = await tree('from');
    const to = await make('client', 'to');
    const thread = (await call('POST', '/api/threads', { subject: 's', projectId: project.id })).body;
    const before = await api.plane.collections.threads.findOne({ subject: 's' });
    expect((await call('PATCH', `/api/projects/${brand.id}`, { parentId: to.id })).status).toBe(200);
    expect(api.plane.projects.resolve('default', project.id)).toMatchObject({ client: 'to' });
    expect(await api.plane.collections.threads.findOne({ subject: 's' })).toEqual(before);
    const found = await call('GET', `/api/threads?projectId=${to.id}`);
    expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([thread.id]);
    expect((await call('PATCH', `/api/projects/${brand.id}`, { parentId: null })).status).toBe(422);
    expect((await call('PATCH', `/api/projects/${project.id}`, { parentId: to.id })).status).toBe(422);
  });

  it('keeps every one of many edits at once', async () => {
    const { client } = await tree('many');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => call('PATCH', `/api/projects/${client.id}`, { labels: { [`l${n}`]: 'x' } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(Object.keys((await call('GET', `/api/projects/${client.id}`)).body.labels)).toHaveLength(12);
  });

  it('refuses a slug that a sibling has', async () => {
    await make('client', 'taken');
    const other = await make('client', 'other-one');
    expect((await call('PATCH', `/api/projects/${other.id}`, { slug: 'taken' })).body.code).toBe('already-exists');
  });
});

describe('delete', () => {
  it('is refused while something hangs on the node, and says how much', async () => {
    const { client, brand, project } = await tree('busy');
    await call('POST', '/api/threads', { subject: 't', projectId: project.id });
    await call('POST', '/api/tasks', { title: 't', assignedTo: 'qa', projectId: project.id });
    const top = await call('DELETE', `/api/projects/${client.id}`);
    expect(top.body).toMatchObject({ status: 409, code: 'conflict', children: 1, threads: 0, tasks: 0 });
    const bottom = await call('DELETE', `/api/projects/${project.id}`);
    expect(bottom.body).toMatchObject({ threads: 1, tasks: 1, detail: expect.stringContaining('1 thread, 1 task') });
    expect((await call('DELETE', `/api/projects/${brand.id}`, undefined, viewer)).status).toBe(403);
  });

  it('looks at no task but the node’s own', async () => {
    const node = await make('client', 'one-of-many');
    const { db } = api.database;
    const tasks = db.collection('tasks');
    await tasks.insertMany(Array.from({ length: 300 }, () => ({ tenantId: 'default', projectId: new ObjectId() })));
    await tasks.insertMany([7, 'x', null].map(projectId => ({ tenantId: 'default', projectId })));
    await db.command({ profile: 1, slowms: 0, filter: { ns: tasks.namespace, 'command.aggregate': 'tasks' } });
    expect((await call('DELETE', `/api/projects/${node.id}`)).status).toBe(204);
    await db.command({ profile: 0 });
    const counts = await db.collection('system.profile').find().toArray();
    expect(new Set(counts.map(({ docsExamined }) => docsExamined))).toEqual(new Set([0]));
  });

  it('takes an empty node away, once, and frees its slug', async () => {
    const node = await make('client', 'gone');
    expect((await call('DELETE', `/api/projects/${node.id}`)).status).toBe(204);
    expect((await call('DELETE', `/api/projects/${node.id}`)).status).toBe(404);
    expect((await call('GET', `/api/projects/${node.id}`)).status).toBe(404);
    expect((await audit('project.delete'))[0]?.subject.id).toBe(node.id);
    expect((await make('client', 'gone')).id).not.toBe(node.id);
  });

  it('and a child that is made at the same moment exclude each other', async () => {
    for (let round = 0; round < 5; round += 1) {
      const node = await make('client', `edge-${round}`);
      const [gone, child] = await Promise.all([
        call('DELETE', `/api/projects/${node.id}`),
        call('POST', '/api/projects', { kind: 'brand', slug: 'c', name: 'c', parentId: node.id }),
      ]);
      expect([
        [204, 422],
        [409, 201],
      ]).toContainEqual([gone.status, child.status]);
    }
  });
});

describe('read', () => {
  it('gives the cascade outermost first, the innermost label winning', async () => {
    const { client, brand, project } = await tree('cascade');
    const answer = await call('GET', `/api/projects/${project.id}/context`);
    expect(answer.body.steps.map(({ id, context }: { id: string; context: string }) => [id, context])).toEqual([
      [client.id, 'client facts'],
      [brand.id, 'brand voice'],
      [project.id, 'launch'],
    ]);
    expect(answer.body).toMatchObject({ labels: { tier: 'gold', region: 'us' }, labelsLeftOut: 0 });
  });

  it('of more labels than an answer holds tells the innermost, and how many are left out', async () => {
    const { id: parentId } = await make('client', 'labelled', {
      labels: { ...many('outer'), 'inner-10': 'overridden' },
    });
    const { id } = await make('brand', 'labelled-b', { parentId, labels: many('inner') });
    const { body } = await call('GET', `/api/projects/${id}/context`);
    const of = (word: string) => Object.keys(body.labels).filter(name => name.startsWith(word)).length;
    expect([of('inner'), of('outer'), body.labelsLeftOut]).toEqual([90, 10, 80]);
    expect(body.labels['inner-10']).toBe('x'.repeat(192));
  });

  it('filters, finds text and knows no other tenant', async () => {
    const { client, brand } = await tree('findable');
    const below = await call('GET', `/api/projects?parentId=${client.id}`);
    expect(below.body.items.map(({ id }: { id: string }) => id)).toEqual([brand.id]);
    expect((await call('GET', '/api/projects?q=FINDABLE-b&kind=brand')).body.items).toHaveLength(1);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/context'],
      ['DELETE', ''],
    ] as const) {
      expect((await call(method, `/api/projects/${brand.id}${path}`, undefined, foreign)).status).toBe(404);
    }
    expect((await call('PATCH', `/api/projects/${brand.id}`, { name: 'stolen' }, foreign)).status).toBe(404);
    expect((await call('GET', '/api/projects', undefined, foreign)).text).not.toContain(brand.id);
  });
});
