import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const SKILL = resolve('orchestrator-skill', 'skills', 'orchestrator');
const SCRIPTS = readdirSync(join(SKILL, 'scripts'));

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
    const text = readFileSync(join(SKILL, 'SKILL.md'), 'utf8');
    expect(text.split('\n').length).toBeLessThan(200);
    for (const [, name] of text.matchAll(/scripts\/([a-z]+\.mjs)/g)) expect(SCRIPTS).toContain(name);
    const references = readdirSync(join(SKILL, 'references'));
    for (const [, name] of text.matchAll(/\(references\/([a-z]+\.md)\)/g)) expect(references).toContain(name);
  });
});
