import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProject } from '@/lib/server/orchestrator-skill/project';
import { ancestorsOf, isAlive, sessionPid, thisSession } from '@/lib/server/orchestrator-skill/session';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'switchboard-project-'));
  mkdirSync(join(root, 'set-up', '.claude', 'switchboard'), { recursive: true });
  mkdirSync(join(root, 'set-up', 'deep', 'er'), { recursive: true });
  mkdirSync(join(root, 'repository', '.git'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const find = (sources: Partial<Parameters<typeof findProject>[0]>) =>
  findProject({ option: undefined, env: {}, cwd: root, scriptPath: '/plugins/x/watch.mjs', ...sources }).root;
const installed = (folder: string) => join(folder, '.claude', 'skills', 'orchestrator', 'scripts', 'watch.mjs');

describe('project of a script', () => {
  it('is what was asked for, before what the session says, before where the skill is installed', () => {
    const env = { CLAUDE_PROJECT_DIR: '/b' };
    expect(find({ option: '/a', env, scriptPath: installed('/c') })).toBe('/a');
    expect(find({ env, scriptPath: installed('/c') })).toBe('/b');
    expect(find({ scriptPath: installed('/c'), cwd: join(root, 'set-up') })).toBe('/c');
  });

  it('is the folder above that was set up, or a repository, else where we stand', () => {
    expect(find({ cwd: join(root, 'set-up', 'deep', 'er') })).toBe(join(root, 'set-up'));
    expect(find({ cwd: join(root, 'repository') })).toBe(join(root, 'repository'));
    expect(find({ cwd: root })).toBe(root);
  });

  it('is not the home folder, where a skill for all projects is installed', () => {
    expect(find({ scriptPath: installed(homedir()) })).toBe(root);
  });
});

describe('process of the session', () => {
  const tree: Record<number, { parent: number; name: string }> = {
    50: { parent: 40, name: 'node' },
    40: { parent: 30, name: 'bash' },
    30: { parent: 20, name: 'claude' },
    20: { parent: 10, name: 'zsh' },
    10: { parent: 1, name: 'terminal' },
  };
  const lookUp = (pid: number) => tree[pid] ?? null;

  it('is Claude Code, above the shell that runs the script', () => {
    expect(sessionPid(ancestorsOf(50, lookUp))).toBe(30);
  });

  it('is the parent of that shell where Claude Code goes by another name', () => {
    const ancestors = ancestorsOf(50, lookUp).map(({ pid }) => ({ pid, name: 'MainThread' }));
    expect(sessionPid(ancestors)).toBe(30);
  });

  it('is never the process that reaps orphans', () => {
    expect(ancestorsOf(20, lookUp).map(({ pid }) => pid)).toEqual([10]);
  });

  it('is what a host that is not Claude Code says it is', () => {
    const told = thisSession({ SWITCHBOARD_SESSION_PID: String(process.pid) });
    expect(told.pid).toBe(process.pid);
    expect(isAlive(told)).toBe(true);
    expect(isAlive({ ...told, startMark: 'another boot:1' })).toBe(false);
    expect(thisSession({ SWITCHBOARD_SESSION_PID: 'nonsense' }).pid).toBe(thisSession({}).pid);
  });

  it('is found in the real process table', () => {
    expect(ancestorsOf(process.pid)[0]?.pid).toBe(process.ppid);
  });
});
