import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const FOLDER = resolve('node_modules/.cache/switchboard-tests');
/** Packages that are CommonJS ask for others by it. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";
const bundles = new Map<string, Promise<string>>();

/**
 * A program of this clone (`tests/support/run-and-die.ts`), with all it imports, as one file for Node: many tests start
 * a process of their own, and to begin is most of what it does. Through a transpiler it took five times as long.
 */
export const programOf = (source: string): Promise<string> =>
  bundled(source.replaceAll(/[^a-z]+/g, '-'), { entryPoints: [source] });

/** The same for a program that stands in a test. */
export const programFrom = (name: string, contents: string): Promise<string> =>
  bundled(name, { stdin: { contents, resolveDir: resolve('.'), loader: 'ts' } });

function bundled(name: string, from: BuildOptions): Promise<string> {
  const bundle = bundles.get(name) ?? write(join(FOLDER, `${name}.mjs`), from);
  bundles.set(name, bundle);
  return bundle;
}

/** Whole at once: another worker may start the same program now. */
async function write(path: string, from: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...from,
    write: false,
    bundle: true,
    alias: { '@': resolve('.') },
    banner: { js: REQUIRE },
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const draft = `${path}.${process.pid}`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(draft, outputFiles![0]!.contents);
  renameSync(draft, path);
  return path;
}
