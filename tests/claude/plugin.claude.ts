import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, claudePath } from './rig/claude-session';
import { ModelServer, say } from './rig/model-server';

/** The skill as a plugin, and this repository as a marketplace. */

let home: string;
let model: ModelServer;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'switchboard-claude-home-'));
  model = await ModelServer.start(() => [say('hello')]);
});
afterAll(async () => {
  await model.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const TIMEOUT_MS = 60_000;
const claude = (...args: string[]): string =>
  execFileSync(claudePath(), args, {
    cwd: home,
    env: environment(home, model.url),
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    input: '',
  });

describe('the plugin', () => {
  it.each(['orchestrator-skill', '.'])('%s is valid', folder => {
    const said = claude('plugin', 'validate', resolve(folder));
    expect(said).toContain('Validation passed');
    // The one that is left asks for a public address, which a plugin in a repository has not.
    expect(said.match(/\b[A-Z]+_(?:[A-Z]+_)*[A-Z]+\b(?=\))/g) ?? []).toEqual(
      folder === '.' ? [] : ['PRIVACY_URL_MISSING'],
    );
  });

  it('is installed from the repository as a marketplace', () => {
    claude('plugin', 'marketplace', 'add', resolve('.'));
    claude('plugin', 'install', 'switchboard@switchboard');
    expect(claude('plugin', 'list')).toMatch(/switchboard@switchboard[^]*enabled/);
  });
});
