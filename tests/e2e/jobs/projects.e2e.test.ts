import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { startJobs, type Work } from './rig';

/** What is done with clients, brands and projects. */

const { job } = startJobs();

const node = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Projects', exact: true }).getByRole('link', { name });

job(36, 'Make a client and a brand of it', async ({ page, hand, api, named }) => {
  const [client, brand] = [named('Acme'), named('Acme Tea')];
  const make = async (name: string, slug: string, more: () => Promise<void>) => {
    await hand.press(page.getByRole('button', { name: 'New', exact: true }));
    const dialog = page.getByRole('dialog', { name: 'New client, brand or project' });
    await hand.expectFocusOn(dialog.getByLabel('Name'));
    await more();
    await hand.write(dialog.getByLabel('Name'), name);
    await hand.write(dialog.getByLabel('Slug'), slug);
    await hand.press(dialog.getByRole('button', { name: 'Make it' }));
    await page.getByRole('heading', { name, exact: true }).waitFor();
  };
  await hand.goTo('Projects');
  await make(client, `acme-${hand.name}`, async () => {});
  await make(brand, `tea-${hand.name}`, async () => {
    const dialog = page.getByRole('dialog');
    await hand.choose(dialog.getByRole('button', { name: /Kind/ }), 'brand');
    await hand.choose(dialog.getByRole('button', { name: /Its client/ }), client);
  });
  const { items } = await api('GET', '/api/projects?limit=200');
  const made = items.find(({ name }: { name: string }) => name === client);
  expect(items.find(({ name }: { name: string }) => name === brand)).toMatchObject({
    kind: 'brand',
    parentId: made.id,
  });
});

job(37, "Edit a client's context and see what agents get below it", async (work: Work) => {
  const { page, hand, api, named } = work;
  const client = await api('POST', '/api/projects', { kind: 'client', slug: `c-${hand.name}`, name: named('Client') });
  const brand = {
    kind: 'brand',
    slug: `b-${hand.name}`,
    name: named('Brand'),
    parentId: client.id,
    context: 'Be warm.',
  };
  const below = await api('POST', '/api/projects', brand);
  await hand.goTo('Projects');
  await hand.press(node(page, client.name));
  await hand.write(page.getByLabel('Context'), 'Never say **cheap**.');
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await page.getByRole('listitem').getByText('Never say cheap.').waitFor();
  await hand.press(node(page, brand.name));
  const steps = page.getByRole('region', { name: brand.name }).getByRole('listitem');
  await steps.nth(1).getByText('Be warm.').waitFor();
  expect(await steps.nth(0).innerText()).toContain('Never say cheap.');
  const { steps: given } = await api('GET', `/api/projects/${below.id}/context`);
  expect(given.map(({ context }: { context: string }) => context)).toEqual(['Never say **cheap**.', 'Be warm.']);
});

job(38, 'Delete a client on which nothing hangs', async ({ page, hand, api, board, named }) => {
  const slug = `leaving-${hand.name}`;
  const client = await api('POST', '/api/projects', { kind: 'client', slug, name: named('Leaving') });
  await hand.goTo('Projects');
  await hand.press(node(page, client.name));
  const panel = page.getByRole('region', { name: client.name });
  await hand.press(panel.getByRole('button', { name: 'Delete' }));
  const dialog = page.getByRole('alertdialog', { name: `Delete ${client.name}?` });
  await hand.press(dialog.getByRole('button', { name: 'Delete it' }));
  await node(page, client.name).waitFor({ state: 'detached' });
  expect((await board.api('GET', `/api/projects/${client.id}`)).status).toBe(404);
});
