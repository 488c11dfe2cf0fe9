import type { APIRequestContext } from 'playwright-core';

export interface Shot {
  name: string;
  path: string;
  isLive: boolean;
}

const PAGES = [
  'inbox',
  'threads',
  'runs',
  'tasks',
  'dispatches',
  'agents',
  'projects',
  'activity',
  'sessions',
  'costs',
  'health',
  'connect',
  'settings',
];
/** Pages of one record: of the latest there is. */
const DETAILS = [
  { name: 'inbox-item', list: '/api/inbox?limit=1', path: (id: string) => `/inbox?item=${id}` },
  { name: 'thread', list: '/api/threads?limit=1', path: (id: string) => `/threads/${id}` },
  { name: 'run', list: '/api/runs?limit=1', path: (id: string) => `/runs/${id}` },
  { name: 'run-graph', list: '/api/runs?limit=1', path: (id: string) => `/runs/${id}?view=graph` },
  { name: 'task', list: '/api/tasks?limit=1', path: (id: string) => `/tasks/${id}` },
  { name: 'project', list: '/api/projects?limit=1', path: (id: string) => `/projects/${id}` },
  { name: 'session', list: '/api/sessions?limit=1', path: (id: string) => `/sessions/${id}` },
];

/** Every page the navigation reaches, and one record of each kind that exists. */
export async function pagesToShow(request: APIRequestContext): Promise<Shot[]> {
  const details: Shot[] = [];
  for (const { name, list, path } of DETAILS) {
    const answer = await request.get(list);
    if (!answer.ok()) continue;
    const { items } = (await answer.json()) as { items: { id: string }[] };
    const [first] = items;
    if (first !== undefined) details.push({ name, path: path(first.id), isLive: true });
  }
  return [
    { name: 'dashboard', path: '/', isLive: true },
    ...PAGES.map(name => ({ name, path: `/${name}`, isLive: true })),
    { name: 'agent', path: '/agents/research', isLive: true },
    { name: 'agent-revisions', path: '/agents/research?tab=revisions', isLive: true },
    ...details,
    { name: 'login', path: '/login', isLive: false },
  ];
}
