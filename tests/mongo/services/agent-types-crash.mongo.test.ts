import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileAllHolds } from '@/lib/services/agent-types/reconcile-all-holds';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { programOf } from '@/tests/support/program';

let api: ApiServer;

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

/** Edits the type in a process of its own, which is killed at the seam. */
async function editAndDie(slug: string, seam: string): Promise<void> {
  const { uri, name } = api.database;
  const program = await programOf('tests/support/edit-agent-type.ts');
  const child = spawn(process.execPath, [program, uri, name, slug], {
    env: { ...process.env, SWITCHBOARD_CRASH_AT: seam },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  expect(signal).toBe('SIGKILL');
}

const call = (method: string, path: string, body?: unknown) => api.call(method, path, { body });
const state = async (slug: string) => {
  const type = (await call('GET', `/api/agent-types/${slug}`)).body;
  const revisions = (await call('GET', `/api/agent-types/${slug}/revisions`)).body.items;
  const audit = (await call('GET', `/api/activity?action=agent-type.update&subjectId=${type.id}`)).body.items;
  return { paused: type.paused, revision: type.revision, revisions: revisions.length, audit: audit.length };
};
/** The server gives up a dead process's transaction after some seconds; until then an edit is told to come again. */
const editWhenFree = async (slug: string) => {
  for (const until = Date.now() + 60_000; Date.now() < until;) {
    const answer = await call('PATCH', `/api/agent-types/${slug}`, { revision: 1, paused: true });
    if (answer.status !== 503) return answer;
    expect(answer.headers.get('retry-after')).not.toBeNull();
  }
  throw new Error('the type stayed locked');
};

describe('an edit whose process is killed', () => {
  it('before the commit has changed nothing, and the type can be edited again', { timeout: 90_000 }, async () => {
    await editAndDie('qa', 'agent-type:before-revision');
    await editAndDie('seo', 'agent-type:before-commit');
    const edits = ['qa', 'seo'].map(async slug => {
      expect(await state(slug)).toEqual({ paused: false, revision: 1, revisions: 1, audit: 0 });
      const answer = await editWhenFree(slug);
      expect(answer.status, answer.text).toBe(200);
      expect(await state(slug)).toEqual({ paused: true, revision: 2, revisions: 2, audit: 1 });
    });
    await Promise.all(edits);
  });

  it('after the commit has changed all of it, and its work follows by the sweep', { timeout: 60_000 }, async () => {
    const { id } = (await call('POST', '/api/messages', { body: 'x', assignedTo: 'design' })).body;
    await editAndDie('design', 'agent-type:after-commit');
    expect(await state('design')).toEqual({ paused: true, revision: 2, revisions: 2, audit: 1 });
    await reconcileAllHolds(api.plane);
    expect((await call('GET', `/api/messages/${id}`)).body).toMatchObject({
      status: 'held',
      reason: 'design is paused',
    });
  });
});
