import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, resolve, sep } from 'node:path';

export interface Document {
  /** From the top of the repository, with slashes. */
  path: string;
  text: string;
}

export interface SizedFile {
  path: string;
  bytes: number;
  /** Null where counting lines says nothing. */
  lines: number | null;
}

/** Made by tools or by running, so not what people wrote. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', 'next-env.d.ts', 'package-lock.json']);
const TEXT = new Set([
  '.ts',
  '.tsx',
  '.js',
  '.mjs',
  '.cjs',
  '.json',
  '.md',
  '.css',
  '.yml',
  '.yaml',
  '.sh',
  '.conf',
  '.html',
]);
/** A clone has some thousand; whoever keeps a photo library beside it should not wait for it. */
const MAX_FILES = 20_000;
const MAX_COUNTED_BYTES = 2_000_000;

/** The files of this clone, read afresh: what demo agents work on. */
export class Repository {
  constructor(readonly root: string) {}

  /** The documents a newcomer reads. */
  documents(): Document[] {
    const docs = existsSync(join(this.root, 'docs')) ? this.#walk(join(this.root, 'docs')) : [];
    const paths = ['README.md', 'ARCHITECTURE.md', ...docs.filter(path => path.endsWith('.md'))];
    return paths.flatMap(path => this.document(path) ?? []);
  }

  document(path: string): Document | null {
    const full = this.#inside(path);
    if (full === null || !existsSync(full) || !statSync(full).isFile()) return null;
    return { path, text: readFileSync(full, 'utf8') };
  }

  /** The README, which every work of a demo agent begins with. */
  readme(): Document {
    return this.document('README.md') ?? { path: 'README.md', text: '' };
  }

  has(path: string): boolean {
    const full = this.#inside(path);
    return full !== null && existsSync(full);
  }

  files(): SizedFile[] {
    return this.#walk(this.root).map(path => {
      const full = join(this.root, path);
      const bytes = statSync(full).size;
      const isCounted = TEXT.has(extname(path)) && bytes <= MAX_COUNTED_BYTES;
      return { path, bytes, lines: isCounted ? linesOf(readFileSync(full, 'utf8')) : null };
    });
  }

  /** A link may point at `../..`; nothing outside of the clone is anybody's business here. */
  #inside(path: string): string | null {
    const full = resolve(this.root, path);
    return full === this.root || full.startsWith(this.root + sep) ? full : null;
  }

  #walk(top: string): string[] {
    const found: string[] = [];
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined && found.length < MAX_FILES; folder = folders.pop()) {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) continue;
        const full = join(folder, entry.name);
        if (entry.isDirectory()) folders.push(full);
        if (entry.isFile()) found.push(relative(this.root, full).split(sep).join('/'));
      }
    }
    return found.slice(0, MAX_FILES);
  }
}

const linesOf = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
