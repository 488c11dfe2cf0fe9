import { expect } from 'vitest';
import { startJobs } from './rig';

/** What is done to keep the plane: tokens, settings, and the frame around every page. */

const { job } = startJobs();

job(47, 'Make a token', async ({ page, hand, api, board, named }) => {
  const label = named('build machine');
  await hand.goTo('Connect');
  const main = page.getByRole('main');
  await hand.choose(main.getByRole('button', { name: /Role/ }), 'viewer');
  await hand.write(main.getByLabel('Label'), label);
  await hand.press(main.getByRole('button', { name: 'Make the token' }));
  const shown = main.getByText(/^swb_viewer_\S+$/).first();
  const token = (await shown.innerText()).trim();
  const me = await board.api('GET', '/api/auth/me', undefined, token);
  expect(me.body).toMatchObject({ role: 'viewer', label });
  // Shown once: the list knows its label, and nobody its secret.
  const { items } = await api('GET', '/api/tokens?limit=200');
  const row = items.find((each: { label: string }) => each.label === label);
  expect(JSON.stringify(row)).not.toContain(token.split('_').slice(3).join('_'));
});

job(48, 'Revoke a token', async ({ page, hand, api, board, named }) => {
  const label = named('lost laptop');
  const token = await board.tokenFor('viewer', { label });
  await hand.goTo('Connect');
  const row = page.getByRole('row').filter({ hasText: label });
  await hand.press(row.getByRole('button', { name: 'Revoke' }));
  const dialog = page.getByRole('alertdialog', { name: `Revoke ${label}?` });
  await hand.press(dialog.getByRole('button', { name: 'Revoke it' }));
  await row.getByText('revoked').waitFor();
  const { items } = await api('GET', '/api/tokens?limit=200');
  expect(items.find((each: { label: string }) => each.label === label).revokedAt).not.toBeNull();
  expect((await board.api('GET', '/api/auth/me', undefined, token)).status).toBe(401);
});

job(49, 'Pause all dispatch and let it go on', async ({ page, hand, api, named }) => {
  const isPaused = async () => (await api('GET', '/api/settings')).dispatchPaused;
  const task = await api('POST', '/api/tasks', { title: named('Wait for it'), assignedTo: 'legal' });
  await hand.goTo('Settings');
  const all = page.getByRole('switch', { name: 'Pause all dispatch' });
  await hand.press(all);
  await page.getByRole('status', { name: 'Alarms' }).getByText('Dispatch is paused').waitFor();
  expect(await isPaused()).toBe(true);
  // What waits for it says so, and so does the type that it waits for.
  const other = await page.context().newPage();
  await other.goto(`/tasks/${task.id}`);
  await other.getByText('all dispatch is paused').waitFor();
  await other.goto('/');
  await other.getByRole('row').filter({ hasText: 'legal' }).getByText('held', { exact: true }).waitFor();
  await other.close();
  await hand.press(all);
  await page.getByRole('status', { name: 'Alarms' }).getByText('Dispatch is paused').waitFor({ state: 'detached' });
  expect(await isPaused()).toBe(false);
});

job(50, 'Keep the audit log for longer', async ({ page, hand, api }) => {
  const days = hand.name === 'mouse' ? 200 : 300;
  await hand.goTo('Settings');
  await hand.write(page.getByRole('textbox', { name: /^Activity/ }), String(days));
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await expect.poll(async () => (await api('GET', '/api/settings')).retention.activityDays).toBe(days);
});

job(51, 'Go to anything by its words', async ({ page, hand, api, named }) => {
  const title = named('Zebra crossing');
  const task = await api('POST', '/api/tasks', { title, assignedTo: 'research' });
  if (hand.name === 'mouse') await hand.press(page.getByRole('button', { name: 'Search', exact: true }));
  else await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  await hand.expectFocusOn(dialog.getByRole('searchbox'));
  await page.keyboard.type('zebra');
  await hand.pickFound(title);
  await page.waitForURL(`**/tasks/${task.id}`);
  await page.getByRole('heading', { name: title }).waitFor();
});

job(52, 'Make the pages dark', async ({ page, hand }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
  const button = page.getByRole('button', { name: /^Theme:/ });
  await hand.press(button);
  const dark = page.getByRole('menuitemradio', { name: 'Dark' });
  if (hand.name === 'mouse') await hand.press(dark);
  else {
    await page.keyboard.type('da');
    await hand.expectFocusOn(dark);
    await page.keyboard.press('Enter');
    await hand.expectFocusOn(button);
  }
  expect(await theme()).toBe('dark');
  await page.reload();
  expect(await theme()).toBe('dark');
  await page.evaluate(() => localStorage.removeItem('switchboard-theme'));
});
