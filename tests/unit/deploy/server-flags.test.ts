import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SERVER_FLAGS } from '@/scripts/bootstrap/server-flags.mjs';

/** Written out in three places that cannot import: what is measured and tested must be what is started. */
const flags = SERVER_FLAGS.join(' ');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test.each(['start', 'start:events', 'events'])('npm run %s starts node with the flags of a server', name => {
  expect(scripts[name]).toMatch(new RegExp(`^exec node ${flags} scripts/`));
});

test('the image starts node with the flags of a server', () => {
  const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
  expect(JSON.parse(entry).slice(0, 1 + SERVER_FLAGS.length)).toEqual(['node', ...SERVER_FLAGS]);
});
