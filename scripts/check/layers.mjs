// `node scripts/check/layers.mjs [folder]`: the arrows between the layers, by .dependency-cruiser.cjs of that folder.
// It also fails when it saw fewer modules than there are source files: with a TypeScript it does not know, the cruiser
// prints a green tick over nothing (seen with TypeScript 7).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { filesBelow } from '../bootstrap/fingerprint.mjs';

const FOLDERS = ['app', 'lib', 'mcp-server', 'orchestrator-skill', 'scripts', 'tests'];
const SOURCE = /\.(ts|tsx|mjs|js)$/;
const DECLARATION = /\.d\.[cm]?ts$/;
/** A clean report says how much it looked at; a bad one lists this many faults. */
const SHOWN_FAULTS = 50;

const root = resolve(process.argv[2] ?? '.');
process.chdir(root);
const folders = FOLDERS.filter(folder => existsSync(folder));

const faults = await findFaults();
for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(fault);
if (faults.length > SHOWN_FAULTS) console.log(`… and ${faults.length - SHOWN_FAULTS} more`);
process.exitCode = faults.length > 0 ? 1 : 0;

async function findFaults() {
  const { cruise } = await import('dependency-cruiser');
  const config = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'));
  const tsConfig = (await import('dependency-cruiser/config-utl/extract-ts-config')).default('tsconfig.json');
  const { output } = await cruise(
    folders,
    { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
    config.options.enhancedResolveOptions,
    { tsConfig },
  );
  const seen = new Set(output.modules.map(({ source }) => source));
  const arrows = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  const missing = sourcesOnDisk().filter(path => !seen.has(path));
  const unseen = missing.map(path => `not looked at: ${path}`);
  console.log(`${seen.size} modules, ${arrows.length} wrong arrows, ${missing.length} files not looked at`);
  return [...arrows, ...unseen];
}

function sourcesOnDisk() {
  return folders
    .flatMap(folder => filesBelow(join(root, folder)))
    .map(path => relative(root, path).split(sep).join('/'))
    .filter(path => SOURCE.test(path) && !DECLARATION.test(path));
}
