import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Consumer } from '@/lib/domain/dispatch/schema';
import { holdConsumerName } from '@/lib/server/orchestrator/consumer-name';

const TOKEN_ID = '66aaaaaaaaaaaaaaaaaaaaaa';
let folders: string[];
beforeEach(() => {
  folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'switchboard-name-')));
});
afterEach(() => folders.forEach(folder => rmSync(folder, { recursive: true })));

const hold = (folder: string) => holdConsumerName(folder, undefined, TOKEN_ID);

it('gives two orchestrators with one token two names, on one data folder and on two', () => {
  const held = [...folders, ...folders].map(hold);
  expect(new Set(held.map(({ name }) => name)).size).toBe(4);
  for (const { name } of held) expect(Consumer.safeParse(name).success).toBe(true);
});

it('gives the same name at the next start', () => {
  const [folder = ''] = folders;
  const first = hold(folder);
  first.release();
  expect(hold(folder).name).toBe(first.name);
});

it('gives two machines of one name, path and token two names', () => {
  const [folder = ''] = folders;
  const first = hold(folder);
  first.release();
  // The other's disk.
  rmSync(join(folder, 'orchestrators'), { recursive: true });
  expect(hold(folder).name).not.toBe(first.name);
});

it('leaves an orchestrator that had a name before there were marks its name', () => {
  const used = join(folders[0] ?? '', 'orchestrators');
  mkdirSync(used);
  const place = createHash('sha256').update(used).digest('hex').slice(0, 6);
  expect(hold(folders[0] ?? '').name).toBe(`headless-${hostname()}-${place}-aaaaaaaa-1`);
});
