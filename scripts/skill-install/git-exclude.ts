import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Changes } from './changes';

/** Files with a token must not be committed by accident; git's own private list does not touch the project's files. */
export function excludeFromGit(folder: string, paths: readonly string[], changes: Changes): void {
  const root = repositoryOf(folder);
  if (root === null) return;
  const path = join(root, '.git', 'info', 'exclude');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const below = relative(root, folder).split(sep).filter(Boolean);
  const patterns = paths.map(name => `/${[...below, name].join('/')}`);
  const missing = patterns.filter(pattern => !before.split('\n').includes(pattern));
  if (missing.length === 0) return changes.note(path, 'unchanged');
  changes.write(path, `${before.replace(/\n?$/, before === '' ? '' : '\n')}${missing.join('\n')}\n`);
  changes.note(path, `ignores ${missing.join(' ')}`);
}

/** Null outside of a repository, and in a worktree, whose `.git` is a file: there the list is the main folder's. */
function repositoryOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const gitFolder = join(at, '.git');
    if (existsSync(gitFolder)) return statSync(gitFolder).isDirectory() ? at : null;
    if (dirname(at) === at) return null;
  }
}
