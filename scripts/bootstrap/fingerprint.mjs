import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, inRoot } from './root.mjs';

/** By content, not by time: a fresh checkout of the same sources must not build again. */
export function fingerprint(paths, accept = () => true) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap(part => filesBelow(inRoot(part)))) {
    if (!accept(path)) continue;
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

/** In a stable order; a path that is not there contributes nothing. */
export function filesBelow(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isFile()) return [path];
  return readdirSync(path)
    .toSorted()
    .filter(name => name !== 'node_modules')
    .flatMap(name => filesBelow(join(path, name)));
}
