import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Changes } from './changes';

/** Files with a token must not be committed by accident; git's own private list does not touch the project's files. */
export function excludeFromGit(folder: string, paths: readonly string[], changes: Changes): void {
  const root = repositoryOf(folder);
  if (root === null) return;
  const path = join(gitFolderOf(root), 'info', 'exclude');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const below = relative(root, folder).split(sep).filter(Boolean);
  const patterns = paths.map(name => `/${[...below, name].join('/')}`);
  const missing = patterns.filter(pattern => !before.split('\n').includes(pattern));
  if (missing.length === 0) return changes.note(path, 'unchanged');
  changes.write(path, `${before.replace(/\n?$/, before === '' ? '' : '\n')}${missing.join('\n')}\n`);
  changes.note(path, `ignores ${missing.join(' ')}`);
}

/** Null outside of a repository. */
function repositoryOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return null;
  }
}

/** In a submodule and a worktree `.git` is a file that says where the folder is; worktrees share the list of the first. */
function gitFolderOf(root: string): string {
  const path = join(root, '.git');
  if (statSync(path).isDirectory()) return path;
  const own = resolve(
    root,
    readFileSync(path, 'utf8')
      .replace(/^gitdir:/, '')
      .trim(),
  );
  const common = join(own, 'commondir');
  return existsSync(common) ? resolve(own, readFileSync(common, 'utf8').trim()) : own;
}
