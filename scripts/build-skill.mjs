// `node scripts/build-skill.mjs [--check]`: the skill's scripts, each one file without dependencies, from
// lib/server/orchestrator-skill. They are committed, for a plugin is installed without a build; --check fails when
// they are not what the sources make.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = join(ROOT, 'lib', 'server', 'orchestrator-skill');
const TARGET = join(ROOT, 'orchestrator-skill', 'skills', 'orchestrator', 'scripts');
const SCRIPTS = ['watch', 'next', 'done', 'fail', 'release', 'status', 'beat', 'hook'];
const BANNER = [
  '#!/usr/bin/env node',
  '// Built by scripts/build-skill.mjs from lib/server/orchestrator-skill; do not edit.',
  '// Holds eventsource-parser, MIT licence, © Espen Hovlandsdal.',
].join('\n');

const { outputFiles } = await build({
  entryPoints: SCRIPTS.map(name => join(SOURCES, `${name}.ts`)),
  absWorkingDir: ROOT,
  outdir: TARGET,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  write: false,
  alias: { '@': ROOT },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  charset: 'utf8',
  banner: { js: BANNER },
  logLevel: 'warning',
});

const check = process.argv.includes('--check');
const present = await readdir(TARGET).catch(() => []);
const extra = present.filter(name => !SCRIPTS.includes(basename(name, '.mjs')));
const stale = [];
for (const { path, text } of outputFiles) {
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) stale.push({ path, text });
}

if (check) {
  const names = [...stale.map(({ path }) => basename(path)), ...extra];
  if (names.length === 0) process.stdout.write(`skill scripts: ${outputFiles.length} up to date\n`);
  else {
    process.stderr.write(`skill scripts are stale: ${names.join(' ')}\nRun: node scripts/build-skill.mjs\n`);
    process.exitCode = 1;
  }
} else {
  await mkdir(TARGET, { recursive: true });
  for (const { path, text } of stale) await writeFile(path, text, { mode: 0o755 });
  for (const name of extra) await rm(join(TARGET, name));
  process.stdout.write(`skill scripts: ${stale.length} written, ${outputFiles.length} in all\n`);
}
