import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The real check on the real rules, over a small tree beside the repository. */
let tree: string;
beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'switchboard-layers-'));
  for (const path of ['tsconfig.json', '.dependency-cruiser.cjs', 'package.json', 'lib/kernel', 'lib/domain']) {
    cpSync(path, join(tree, path), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

function checkLayers(folder: string): Promise<{ code: number; output: string }> {
  return new Promise(done => {
    execFile(process.execPath, ['scripts/check/layers.mjs', folder], (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

/** Plants the files, checks, and takes them away again. */
async function withPlanted(files: readonly [path: string, text: string][]): Promise<{ code: number; output: string }> {
  const planted = files.map(([path, text]) => [join(tree, path), text] as const);
  for (const [path, text] of planted) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  try {
    return await checkLayers(tree);
  } finally {
    for (const [path] of planted) rmSync(path);
  }
}

/** What is wrong, the file it stands in, and the fault that is named with it. */
const WRONG = [
  [
    'an arrow up the layers',
    'lib/kernel/planted.ts',
    "export { ControlPlaneError } from '../domain/errors';\n",
    'layer: lib/kernel',
  ],
  [
    'a type-only arrow',
    'lib/kernel/planted-type.ts',
    "export type { ErrorCode } from '@/lib/domain/errors';\n",
    'layer: lib/kernel',
  ],
  [
    'the driver outside store',
    'lib/server/planted.ts',
    "export { MongoClient } from 'mongodb';\n",
    'mongodb-only-in-store',
  ],
  ['Node in a browser-safe layer', 'lib/wire/planted.ts', "export { join } from 'node:path';\n", 'pure-layers'],
  ['a file outside every layer', 'lib/misc/planted.ts', "export { sep } from 'node:path';\n", 'every-file-has-a-layer'],
  ['an import of nothing', 'lib/domain/planted.ts', "export { gone } from './gone';\n", 'unresolvable'],
] as const;

/** It reads every source file with its imports: seconds alone, several times that beside other work. */
const PATIENCE_MS = 90_000;

describe('the layer check', { timeout: PATIENCE_MS }, () => {
  test('passes over this repository, and looks at every source file of it', async () => {
    const { code, output } = await checkLayers('.');
    expect(output).toMatch(/^\d{3,} modules, 0 wrong arrows, 0 files not looked at$/m);
    expect(code).toBe(0);
  });

  test('passes over the small tree as it is', async () => {
    expect(await checkLayers(tree)).toMatchObject({ code: 0 });
  });

  describe('over a tree with one of each fault', () => {
    let checked: { code: number; output: string };
    // All at once: each look takes seconds, and every line names its rule and its file.
    beforeAll(async () => {
      checked = await withPlanted(WRONG.map(([, path, text]) => [path, text]));
    }, PATIENCE_MS);

    test.each(WRONG)('fails on %s', (_, path, _text, rule) => {
      expect(checked.code).toBe(1);
      const faults = checked.output.split('\n').filter(line => line.includes(`: ${path} -> `));
      expect(faults.map(line => line.startsWith(rule))).toContain(true);
    });
  });

  test('fails when it looks at fewer modules than there are files, naming them', async () => {
    const rules = join(tree, '.dependency-cruiser.cjs');
    const before = readFileSync(rules, 'utf8');
    writeFileSync(rules, `${before}\nmodule.exports.options.exclude = { path: '^lib/domain/' };\n`);
    const { code, output } = await checkLayers(tree);
    writeFileSync(rules, before);
    expect(code).toBe(1);
    expect(output).toContain('not looked at: lib/domain/errors.ts');
  });
});
