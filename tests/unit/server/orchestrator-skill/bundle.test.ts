import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ALLOW_RULES } from '@/scripts/skill-install/merge';

const run = promisify(execFile);
const SKILL = resolve('orchestrator-skill', 'skills', 'orchestrator');
const INSTRUCTIONS = readFileSync(join(SKILL, 'SKILL.md'), 'utf8');
const SCRIPTS = readdirSync(join(SKILL, 'scripts'));

/** As Claude Code 2.1.329 matches a command: as it is written, quotes and all, where `*` is anything. */
const allows = (rule: string, command: string): boolean => {
  const [, pattern] = /^Bash\((.*)\)$/.exec(rule) ?? [];
  if (pattern === undefined) return false;
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(command);
};

describe('the skill as it is committed', () => {
  it('holds the scripts that its sources make', async () => {
    const { stdout } = await run(process.execPath, ['scripts/build-skill.mjs', '--check']);
    expect(stdout).toContain('up to date');
  });

  it.each(SCRIPTS)('%s is one file that needs nothing but Node', name => {
    const imports = readFileSync(join(SKILL, 'scripts', name), 'utf8').matchAll(/^import .* from "([^"]+)"/gm);
    for (const [, from] of imports) expect(from).toMatch(/^node:/);
  });

  it.each(SCRIPTS)('%s explains itself', async name => {
    const { stdout } = await run(process.execPath, [join(SKILL, 'scripts', name), '--help']);
    expect(stdout).toContain(`node ${name}`);
    expect(stdout).toContain('Exit 0');
  });

  it('has instructions of fewer than 200 lines, which name only scripts and references that are there', () => {
    const text = INSTRUCTIONS;
    expect(text.split('\n').length).toBeLessThan(200);
    for (const [, name] of text.matchAll(/scripts\/([a-z]+\.mjs)/g)) expect(SCRIPTS).toContain(name);
    const references = readdirSync(join(SKILL, 'references'));
    for (const [, name] of text.matchAll(/\(references\/([a-z]+\.md)\)/g)) expect(references).toContain(name);
  });

  it('has commands that a shell runs, and the rules allow, in a folder with a space in its name', async () => {
    const spaced = join(mkdtempSync(join(tmpdir(), 'switchboard skill-')), 'skills', 'orchestrator');
    cpSync(SKILL, spaced, { recursive: true });
    const written = INSTRUCTIONS.replaceAll('${CLAUDE_SKILL_DIR}', spaced);
    const commands = [...written.matchAll(/`(node [^`]+)`/g)].map(([, command]) => command!);
    expect(commands.length).toBeGreaterThan(1);
    const granted = /^allowed-tools: (.*)$/m.exec(written)![1]!.split(', ');
    for (const command of commands) {
      expect((await run('/bin/sh', ['-c', `${command} --help`])).stdout).toContain('Exit 0');
      for (const rules of [ALLOW_RULES, granted]) expect(rules.some(rule => allows(rule, command))).toBe(true);
    }
    rmSync(resolve(spaced, '..', '..'), { recursive: true });
  });

  it('has no end word that a text to be handed in could know', () => {
    expect(INSTRUCTIONS).not.toContain('<<');
  });
});
