import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriersOf, PAGES } from './page-barriers';
import { startRunPages, type RunPages } from './run-pages';

let pages: RunPages;
beforeAll(async () => {
  pages = await startRunPages();
});
afterAll(() => pages?.stop());

const SWEEP_WITHIN_MS = 120_000;

async function create(path: string, body: object): Promise<Record<string, string>> {
  const answer = await pages.board.api('POST', path, body);
  expect(answer.status).toBe(201);
  return answer.body;
}

describe('every page', () => {
  // Once, on a desk; `barriers.e2e.test.ts` goes over more of them in both themes, and as a phone.
  it('is free of errors and of barriers', { timeout: SWEEP_WITHIN_MS }, async () => {
    const said = { body: '## A title\n\n- a list\n\n`code`', assignedTo: 'qa', priority: 'urgent' };
    const thread = await create('/api/messages', said);
    await create('/api/messages', { body: 'to a person', assignedTo: 'human' });
    const deliverables = [{ name: 'list', description: '' }];
    const task = await create('/api/tasks', { title: 'Look', assignedTo: 'qa', deliverables });

    const page = await pages.open('/', { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const barriers: string[] = [];
    for (const path of [...PAGES, `/threads/${thread['threadId']}`, `/tasks/${task['id']}`]) {
      barriers.push(...(await barriersOf(page, { path, isLive: true })));
    }
    expect({ barriers, errors: pages.errors }).toEqual({ barriers: [], errors: [] });
    await page.context().close();
  });
});
