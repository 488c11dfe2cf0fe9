import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isSynced,
  markOf,
  renderAgentFile,
  WORKER_RULES,
  type AgentFileSource,
} from '@/lib/server/orchestrator-skill/agent-file';
import { syncAgents } from '@/scripts/agents-sync/sync';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'switchboard-agents-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const type = (more: Partial<AgentFileSource> = {}): AgentFileSource => ({
  slug: 'qa',
  name: 'QA',
  description: 'Gives the evidence: "it works"\nor not',
  model: 'claude-opus-4-8',
  tools: ['Read', 'Bash(git *)'],
  systemPrompt: '# QA\n\nYou test.\n',
  revision: 3,
  ...more,
});
const path = (name: string) => join(root, '.claude', 'agents', name);
const read = (name: string) => readFileSync(path(name), 'utf8');

describe('the file of an agent type', () => {
  it('holds its model, its tools with Switchboard’s own, and its prompt', () => {
    const text = renderAgentFile(type());
    expect(text.split('\n').slice(0, 6)).toEqual([
      '---',
      'name: qa',
      String.raw`description: "Gives the evidence: \"it works\" or not. Started only by the orchestrator skill, with a dispatch of Switchboard."`,
      'model: claude-opus-4-8',
      'tools: Read, Bash(git *), mcp__switchboard__*, mcp__plugin_switchboard_switchboard__*',
      '---',
    ]);
    expect(text).toContain('# QA\n\nYou test.');
    expect(text).toContain(WORKER_RULES);
    expect(renderAgentFile(type({ tools: [] }))).not.toContain('tools:');
  });

  it('says of itself what it was made from, and whether it was changed since', () => {
    const text = renderAgentFile(type());
    expect(markOf(text)).toEqual({ slug: 'qa', revision: 3, isWhole: true });
    expect(markOf(text.replace('You test.', 'You rest.'))).toMatchObject({ isWhole: false });
    expect(markOf('---\nname: qa\n---\nmine')).toBeNull();
  });

  it('gives the plain worker’s rules', () => {
    const worker = readFileSync('orchestrator-skill/agents/switchboard-worker.md', 'utf8');
    expect(worker.split('---\n').at(-1)!.trim()).toBe(WORKER_RULES);
  });
});

describe('agents:sync', () => {
  it('writes each type once, and nothing the second time', () => {
    const types = [type(), type({ slug: 'seo' })];
    expect(syncAgents(root, types, false).lines).toEqual([
      'qa.md  written (revision 3)',
      'seo.md  written (revision 3)',
    ]);
    expect(readdirSync(path(''))).toEqual(['qa.md', 'seo.md']);
    expect(syncAgents(root, types, false)).toEqual({ lines: [], different: 0, foreign: 0 });
  });

  it('with --check shows what differs, line by line, and writes nothing', () => {
    syncAgents(root, [type()], false);
    const before = read('qa.md');
    const { lines, different } = syncAgents(root, [type({ model: 'haiku', revision: 4 }), type({ slug: 'seo' })], true);
    expect(different).toBe(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        'qa.md  differs',
        '    - model: claude-opus-4-8',
        '    + model: haiku',
        'seo.md  is missing',
      ]),
    );
    expect(read('qa.md')).toBe(before);
    expect(readdirSync(path(''))).toEqual(['qa.md']);
  });

  it('never touches a file that is somebody’s own, and takes away those of types that are gone', () => {
    mkdirSync(path(''), { recursive: true });
    writeFileSync(path('qa.md'), 'mine');
    writeFileSync(path('reviewer.md'), 'mine too');
    syncAgents(root, [type({ slug: 'seo' })], false);
    const report = syncAgents(root, [type()], false);
    expect(report).toMatchObject({ different: 2, foreign: 1 });
    expect([read('qa.md'), read('reviewer.md')]).toEqual(['mine', 'mine too']);
    expect(readdirSync(path(''))).toEqual(['qa.md', 'reviewer.md']);
  });
});

describe('a session’s own agent of a type', () => {
  const now = Date.now();
  const isNow = (revision = 3) => isSynced(root, { slug: 'qa', revision }, now);

  it('counts only as it was claimed, unchanged, and read by the session', () => {
    expect(isNow()).toBe(false);
    syncAgents(root, [type()], false);
    utimesSync(path('qa.md'), now / 1_000 + 5, now / 1_000 + 5);
    expect(isNow()).toBe(false);
    utimesSync(path('qa.md'), now / 1_000 - 5, now / 1_000 - 5);
    expect(isNow()).toBe(true);
    expect(isNow(4)).toBe(false);
    expect(isSynced(root, { slug: 'qa', revision: 3 }, null)).toBe(false);
    writeFileSync(path('qa.md'), read('qa.md').replace('You test.', 'You do anything.'));
    utimesSync(path('qa.md'), now / 1_000 - 5, now / 1_000 - 5);
    expect(isNow()).toBe(false);
  });
});
