import type { Page } from 'playwright-core';
import { formatCount } from '@/app/_ui/number';
import type { Switchboard } from '../support/switchboard';

/** What a page shows, and what it has to show by the API: each a list of lines that is compared whole. */
export interface Truth {
  path: string;
  shown(page: Page): Promise<string[]>;
  wanted(board: Switchboard): Promise<string[]>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- rows of any noun
type Row = any;
const PAGE = 200;

export async function readAll(board: Switchboard, path: string, most = Number.POSITIVE_INFINITY): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const query: string = new URLSearchParams({
      limit: String(PAGE),
      ...(cursor === null ? {} : { cursor }),
    }).toString();
    const { status, body } = await board.api('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    rows.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null && rows.length < most);
  return rows;
}

const one = async (board: Switchboard, path: string): Promise<Row> => (await board.api('GET', path)).body;

/** The cells of each row, with where it leads to; ages are of the clock and not of the API, so they are left out. */
const rowsOf = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll(rows =>
    rows.map(row => {
      const link = row.querySelector('a')?.getAttribute('href')?.split('?')[0] ?? '';
      const copy = row.cloneNode(true) as Element;
      for (const age of copy.querySelectorAll('time, .sr-only')) age.remove();
      const cells = copy.matches('tr') ? [...copy.children] : [...(copy.querySelector('a') ?? copy).children];
      return [link, ...cells.map(cell => cell.textContent.trim()).filter(text => text !== '')].join(' | ');
    }),
  );
const LISTED = 'main li[aria-posinset]';
const projectNames = async (board: Switchboard): Promise<Map<string, string>> =>
  new Map((await readAll(board, '/api/projects')).map(({ id, name }) => [id, name]));

const threads: Truth = {
  path: '/threads',
  shown: page => rowsOf(page, LISTED),
  wanted: async board => {
    const names = await projectNames(board);
    return (await readAll(board, '/api/threads')).map(thread =>
      [
        `/threads/${thread.id}`,
        thread.status,
        thread.title,
        thread.assignedTo ?? '–',
        names.get(thread.projectId) ?? '–',
        thread.priority,
        formatCount(thread.messageCount),
      ].join(' | '),
    );
  },
};

const tasks: Truth = {
  path: '/tasks',
  shown: page => rowsOf(page, LISTED),
  wanted: async board => {
    const names = await projectNames(board);
    return (await readAll(board, '/api/tasks')).map(task =>
      [
        `/tasks/${task.id}`,
        task.status,
        task.title,
        task.assignedTo,
        names.get(task.projectId) ?? '–',
        task.priority,
      ].join(' | '),
    );
  },
};

/** Its last columns are a bar and its words; ids, status and intent in order say that it is the same list. */
const runs: Truth = {
  path: '/runs',
  shown: async page => (await rowsOf(page, LISTED)).map(row => row.split(' | ').slice(0, 2).join(' | ')),
  wanted: async board => (await readAll(board, '/api/runs')).map(({ id, status }) => `/runs/${id} | ${status}`),
};

const agents: Truth = {
  path: '/agents',
  shown: async page =>
    (await rowsOf(page, 'main tbody tr')).map(row => {
      const [link, name, , load, waiting] = row.split(' | ');
      return [link, name, load, waiting].join(' | ');
    }),
  wanted: async board => {
    const { agentTypes } = await one(board, '/api/stats');
    const loads = new Map<string, Row>(agentTypes.map((load: Row) => [load.slug, load]));
    return (await readAll(board, '/api/agent-types'))
      .toSorted((a, b) => a.slug.localeCompare(b.slug))
      .map(({ slug, name, concurrency }) => {
        const { running = 0, waiting = 0, held = 0 } = loads.get(slug) ?? {};
        return [`/agents/${slug}`, `${slug}${name}`, `${running}/${concurrency}`, String(waiting + held)].join(' | ');
      });
  },
};

const projects: Truth = {
  path: '/projects',
  shown: async page => (await rowsOf(page, 'main section li')).toSorted(),
  wanted: async board =>
    (await readAll(board, '/api/projects'))
      .map(({ id, name, slug, kind }) => [`/projects/${id}`, name, slug, kind].join(' | '))
      .toSorted(),
};

const inbox: Truth = {
  path: '/inbox',
  shown: async page => {
    const ids = page.locator(`${LISTED} [data-item-id]`);
    const rows = await ids.evaluateAll(links => links.map(link => link.getAttribute('data-item-id') ?? ''));
    const count = await page
      .getByTestId('inbox-count')
      .first()
      .textContent({ timeout: 2_000 })
      .catch(() => '0 waiting');
    return [String(count), ...rows.toSorted()];
  },
  wanted: async board => {
    const items = await readAll(board, '/api/inbox');
    return [`${formatCount(items.length)} waiting`, ...items.map(({ id }) => String(id)).toSorted()];
  },
};

/** The newest of them: a list of records that only grows is read on by scrolling. */
const ACTIVITY_ROWS = 100;
const activity: Truth = {
  path: '/activity',
  shown: async page => {
    const rows = await page.locator(LISTED).evaluateAll(all =>
      all.map(row => {
        const [actor, action, subject] = [...row.querySelectorAll('button > span:first-child')];
        return [actor, action, subject].map(cell => cell?.textContent ?? '').join(' | ');
      }),
    );
    return rows.slice(0, ACTIVITY_ROWS);
  },
  wanted: async board => {
    const [types, nodes] = [await readAll(board, '/api/agent-types'), await readAll(board, '/api/projects')];
    // By the name people know it by, where it has one.
    const names = new Map([
      ...types.map(({ id, slug }) => [id, slug] as const),
      ...nodes.map(({ id, name }) => [id, name] as const),
    ]);
    return (await readAll(board, '/api/activity', ACTIVITY_ROWS))
      .slice(0, ACTIVITY_ROWS)
      .map(({ actor, action, subject }) => [actor.label, action, names.get(subject.id) ?? subject.id].join(' | '));
  },
};

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
const costs: Truth = {
  path: '/costs',
  shown: page => rowsOf(page, 'main tbody tr, main tfoot tr'),
  wanted: async board => {
    const { items, totals } = await one(board, '/api/costs');
    return [...items, { ...totals, label: 'all' }].map(row =>
      [
        '',
        row.label,
        row.costUsd === null ? '–' : dollars.format(row.costUsd),
        formatCount(row.dispatches),
        row.withoutCost === 0 ? '–' : formatCount(row.withoutCost),
        formatCount(row.inputTokens),
        formatCount(row.outputTokens),
      ].join(' | '),
    );
  },
};

const dashboard: Truth = {
  path: '/',
  shown: page =>
    page
      .getByRole('region', { name: 'Numbers' })
      .locator('output')
      .allTextContents()
      .then(all => all.slice(0, 6)),
  wanted: async board => {
    const { work, activeSessions } = await one(board, '/api/stats');
    const { orchestratorsConnected, inFlight, waiting, doneToday, errors } = work;
    return [orchestratorsConnected, activeSessions, inFlight, waiting, doneToday, errors].map(formatCount);
  },
};

/** Those that grow with each request or beat of the test itself have no one truth. */
const MOVING = new Set(['activities', 'activity', 'consumers', 'events', 'idempotencyKeys', 'sessions', 'latencies']);
const health: Truth = {
  path: '/health',
  shown: async page =>
    (await rowsOf(page, 'section:has(h2:text-is("Storage")) tbody tr'))
      .map(row => row.split(' | ').slice(1, 3).join(' | '))
      .filter(row => !MOVING.has(row.split(' | ')[0]!)),
  wanted: async board =>
    (await one(board, '/api/system-health')).storage
      .filter(({ collection }: Row) => !MOVING.has(collection))
      .map(({ collection, documents }: Row) => `${collection} | ${formatCount(documents)}`),
};

export const thread = (id: string): Truth => ({
  path: `/threads/${id}`,
  shown: page =>
    page
      .getByRole('article')
      .evaluateAll(rows =>
        rows.map(row => /(opening words|further words|result) \d+\.?/.exec(row.textContent)?.[0] ?? row.textContent),
      ),
  wanted: async board =>
    (await readAll(board, `/api/threads/${id}/messages`)).map(
      ({ body }) => /(opening words|further words|result) \d+\.?/.exec(body)?.[0] ?? body,
    ),
});

export const TRUTHS = [dashboard, threads, tasks, runs, agents, projects, inbox, activity, costs, health];
