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

/** Plants a file, checks, and takes the file away again. */
async function withPlanted(path: string, text: string): Promise<{ code: number; output: string }> {
  const planted = join(tree, path);
  mkdirSync(dirname(planted), { recursive: true });
  writeFileSync(planted, text);
  try {
    return await checkLayers(tree);
  } finally {
    rmSync(planted);
  }
}

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

  test.each([
    [
      'an arrow up the layers',
      'lib/kernel/planted.ts',
      "export { ControlPlaneError } from '../domain/errors';",
      'layer: lib/kernel',
    ],
    [
      'a type-only arrow',
      'lib/kernel/planted.ts',
      "export type { ErrorCode } from '@/lib/domain/errors';",
      'layer: lib/kernel',
    ],
    [
      'the driver outside store',
      'lib/server/planted.ts',
      "export { MongoClient } from 'mongodb';",
      'mongodb-only-in-store',
    ],
    ['Node in a browser-safe layer', 'lib/wire/planted.ts', "export { join } from 'node:path';", 'pure-layers'],
    ['a file outside every layer', 'lib/misc/planted.ts', "export { sep } from 'node:path';", 'every-file-has-a-layer'],
    ['an import of nothing', 'lib/domain/planted.ts', "export { gone } from './gone';", 'unresolvable'],
  ])('fails on %s', async (_, path, text, rule) => {
    const { code, output } = await withPlanted(path, `${text}\n`);
    expect(code).toBe(1);
    expect(output).toContain(rule);
    expect(output).toContain(path);
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
