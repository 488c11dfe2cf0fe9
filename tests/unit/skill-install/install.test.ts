import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { install } from '@/scripts/skill-install/install';
import { ALLOW_RULES } from '@/scripts/skill-install/merge';
import { WRITTEN_BY_US, digestOf } from '@/scripts/skill-install/worker-agent';
import { sendJson, startTestServer, type TestServer } from '../sdk/test-server';

const ISSUED = 'swb_orchestrator_66aaaaaaaaaaaaaaaaaaaaaa_secret';
let folder: string;
let server: TestServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-install-'));
  server = await startTestServer((request, response) => {
    if (request.url === '/api/tokens') return sendJson(response, 201, { token: ISSUED });
    const known = request.headers.authorization === `Bearer ${ISSUED}`;
    return known ? sendJson(response, 200, {}) : sendJson(response, 401, { code: 'unauthenticated' });
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (more: { dryRun?: boolean; url?: string; source?: string } = {}) =>
  install({
    folder,
    dryRun: more.dryRun ?? false,
    source: more.source ?? resolve('orchestrator-skill'),
    config: {
      url: more.url ?? server.url,
      token: undefined,
      dataDir: join(folder, 'no-data'),
      adminToken: 'a'.repeat(24),
    },
  });
const read = (...parts: string[]) => readFileSync(join(folder, ...parts), 'utf8');
const json = (...parts: string[]) => JSON.parse(read(...parts));
const WORKER = join('.claude', 'agents', 'switchboard-worker.md');
const hook = (command: string) => ({ type: 'command', command });
const write = (path: string, text: string) => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
};

describe('skill:install', () => {
  it('sets a project up, with a token of its own in files for this user only', async () => {
    await run();
    expect(read('.claude', 'skills', 'orchestrator', 'SKILL.md')).toContain('name: orchestrator');
    expect(json('.claude', 'settings.json').permissions.allow).toEqual(ALLOW_RULES);
    expect(json('.mcp.json').mcpServers.switchboard).toMatchObject({ type: 'http', url: `${server.url}/mcp` });
    expect(read('.mcp.json')).not.toContain('secret');
    for (const file of ['settings.local.json', 'switchboard/connection.json']) {
      expect(read('.claude', file)).toContain(ISSUED);
      expect(statSync(join(folder, '.claude', file)).mode & 0o777).toBe(0o600);
    }
    expect(read('.claude', 'switchboard', '.gitignore')).toBe('*\n');
  });

  it('keeps what is there', async () => {
    write(
      '.claude/settings.json',
      JSON.stringify({ model: 'opus', permissions: { allow: ['Read', 'Agent'], deny: ['WebFetch'] } }),
    );
    write('.mcp.json', JSON.stringify({ mcpServers: { other: { command: 'x' } } }));
    write('.claude/settings.local.json', JSON.stringify({ env: { MINE: '1' } }));
    await run();
    const settings = json('.claude', 'settings.json');
    expect(settings).toMatchObject({ model: 'opus', permissions: { deny: ['WebFetch'] } });
    expect(settings.permissions.allow.slice(0, 2)).toEqual(['Read', 'Agent']);
    expect(new Set(settings.permissions.allow).size).toBe(settings.permissions.allow.length);
    expect(json('.mcp.json').mcpServers.other).toEqual({ command: 'x' });
    expect(json('.claude', 'settings.local.json').env.MINE).toBe('1');
  });

  it('changes nothing the second time, and makes no second token', async () => {
    await run();
    const report = await run();
    expect(report.filter(line => /written|merged|ignores|made/.test(line))).toEqual([]);
    expect(server.requests.filter(request => request.url === '/api/tokens')).toHaveLength(1);
  });

  it('removes what an older skill left in the skill’s folder', async () => {
    await run();
    write('.claude/skills/orchestrator/scripts/old.mjs', 'x');
    await run();
    expect(() => read('.claude', 'skills', 'orchestrator', 'scripts', 'old.mjs')).toThrow('ENOENT');
  });

  it('brings a newer worker agent to who changed nothing, and leaves one that was changed, saying where ours is', async () => {
    const newer = join(folder, 'newer');
    cpSync('orchestrator-skill', newer, { recursive: true });
    write('newer/agents/switchboard-worker.md', 'the next version');
    await run();
    await run({ source: newer });
    expect(read(WORKER)).toBe('the next version');

    write(WORKER, 'my own words');
    const report = await run();
    expect(read(WORKER)).toBe('my own words');
    const line = report.find(one => one.startsWith(WORKER));
    expect(line).toContain(resolve('orchestrator-skill', 'agents', 'switchboard-worker.md'));
  });

  it('knows the worker agent of this version again', () => {
    const text = readFileSync('orchestrator-skill/agents/switchboard-worker.md', 'utf8');
    expect(WRITTEN_BY_US).toContain(digestOf(text.replaceAll('\n', '\r\n')));
  });

  it('refuses to replace a skill of that name that is not ours', async () => {
    write('.claude/skills/orchestrator/SKILL.md', 'my own');
    write('.claude/skills/orchestrator/notes.md', 'mine');
    await expect(run()).rejects.toThrow('not ours');
    expect(read('.claude', 'skills', 'orchestrator', 'SKILL.md')).toBe('my own');
    expect(read('.claude', 'skills', 'orchestrator', 'notes.md')).toBe('mine');
  });

  it('replaces its own older hook, and keeps other hooks, also of that file name and in the same rule', async () => {
    const old = hook('node .claude/skills/orchestrator/scripts/hook.mjs --less');
    const mine = hook('node .claude/hooks/hook.mjs');
    const rules = [{ hooks: [mine] }, { matcher: 'Bash', hooks: [old, mine] }, { matcher: 'Edit', hooks: [old] }];
    write('.claude/settings.json', JSON.stringify({ hooks: { PostToolUse: rules } }));
    await run();
    const [first, second, ours, ...rest] = json('.claude', 'settings.json').hooks.PostToolUse;
    expect([first, second]).toEqual([{ hooks: [mine] }, { matcher: 'Bash', hooks: [mine] }]);
    expect(ours.hooks[0].command).toContain('skills/orchestrator/scripts/hook.mjs');
    expect(rest).toEqual([]);
  });

  it('has Claude Code tell of the same as the plugin has, of the calls that start and resume agents before they are made', async () => {
    await run();
    type Hooks = Record<string, { matcher?: string }[]>;
    const told = ({ hooks }: { hooks: Hooks }) =>
      Object.entries(hooks).map(([event, rules]) => [event, rules.map(({ matcher }) => matcher)]);
    const plugin = JSON.parse(readFileSync('orchestrator-skill/hooks/hooks.json', 'utf8'));
    expect(told(json('.claude', 'settings.json'))).toEqual(told(plugin));
    expect(told(plugin)[0]).toEqual(['PreToolUse', ['Agent|SendMessage']]);
  });

  it('writes nothing on a dry run', async () => {
    const report = await run({ dryRun: true });
    expect(report.join('\n')).toContain('nothing was written');
    expect(() => read('.mcp.json')).toThrow('ENOENT');
    expect(server.requests.filter(request => request.url === '/api/tokens')).toEqual([]);
  });

  it.each(['.claude/settings.json', '.claude/settings.local.json', '.mcp.json'])(
    'refuses %s when it cannot be read: it stays as it is, nothing is written and no token is made',
    async path => {
      write(path, '{ "permissions": ');
      await expect(run()).rejects.toThrow(path);
      expect(read(path)).toBe('{ "permissions": ');
      expect(existsSync(join(folder, '.claude', 'skills'))).toBe(false);
      expect(server.requests).toEqual([]);
    },
  );

  it('keeps token files out of the repository without touching its files', async () => {
    mkdirSync(join(folder, '.git', 'info'), { recursive: true });
    await run();
    expect(read('.git', 'info', 'exclude')).toBe('/.claude/settings.local.json\n/.claude/switchboard/\n');
  });

  it.each([
    ['worktree', 'worktrees/one', '../..'],
    ['submodule', 'modules/one', null],
  ])('does so in a %s, whose .git is a file', async (_what, below, commonFolder) => {
    const main = mkdtempSync(join(tmpdir(), 'switchboard-git-'));
    const own = join(main, below);
    mkdirSync(own, { recursive: true });
    if (commonFolder !== null) writeFileSync(join(own, 'commondir'), `${commonFolder}\n`);
    write('.git', `gitdir: ${relative(folder, own)}\n`);
    await run();
    const exclude = readFileSync(join(commonFolder === null ? own : main, 'info', 'exclude'), 'utf8');
    expect(exclude).toBe('/.claude/settings.local.json\n/.claude/switchboard/\n');
    rmSync(main, { recursive: true });
  });

  it('says what to do where no server answers', async () => {
    const report = await run({ url: 'http://127.0.0.1:1' });
    expect(report.at(-1)).toContain('Not connected yet');
    expect(json('.mcp.json').mcpServers.switchboard.url).toBe('http://127.0.0.1:1/mcp');
  }, 20_000);
});
