import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { writePrivateFile } from '@/lib/server/orchestrator/private-file';
import { readJsonFile, type JsonObject } from './json-file';

export interface Merged {
  value: JsonObject;
  /** What was added, in words. */
  notes: string[];
}

/** Writes only what differs, and keeps count; a dry run only counts. */
export class Changes {
  readonly lines: string[] = [];

  constructor(
    private readonly root: string,
    private readonly dryRun: boolean,
  ) {}

  /** The copy holds what the source holds and nothing else. */
  copyFolder(from: string, to: string): void {
    const wanted = filesIn(from);
    let written = 0;
    for (const name of wanted) written += this.#write(join(to, name), readFileSync(join(from, name), 'utf8')) ? 1 : 0;
    const extra = filesIn(to).filter(name => !wanted.includes(name));
    for (const name of extra) if (!this.dryRun) rmSync(join(to, name));
    const what = [written > 0 ? `${written} files written` : '', extra.length > 0 ? `${extra.length} removed` : ''];
    this.#note(`${to}/`, what.filter(Boolean).join(', ') || 'unchanged');
  }

  file(path: string, text: string): void {
    this.#note(path, this.#write(path, text) ? 'written' : 'unchanged');
  }

  json(path: string, merge: (before: JsonObject) => Merged, isPrivate = false): void {
    const { value, notes } = merge(readJsonFile(path));
    const isNew = !existsSync(path);
    const changed = this.#write(path, `${JSON.stringify(value, null, 2)}\n`, isPrivate, readJsonFile(path));
    const added = notes.length > 0 ? `: ${notes.join(', ')}` : '';
    this.#note(path, changed ? `${isNew ? 'written' : 'merged'}${added}` : 'unchanged');
  }

  note(path: string, what: string): void {
    this.#note(path, what);
  }

  write(path: string, text: string): void {
    this.#write(path, text);
  }

  #note(path: string, what: string): void {
    this.lines.push(`${relative(this.root, path) || '.'}${path.endsWith('/') ? '/' : ''}  ${what}`);
  }

  /** Same JSON in another layout counts as the same: a person's formatting is left alone. */
  #write(path: string, text: string, isPrivate = false, before?: JsonObject): boolean {
    const same =
      existsSync(path) && (before === undefined ? readFileSync(path, 'utf8') === text : sameJson(before, text));
    if (same) return false;
    if (this.dryRun) return true;
    if (isPrivate) writePrivateFile(path, text);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      if (path.endsWith('.mjs')) chmodSync(path, 0o755);
    }
    return true;
  }
}

const sameJson = (value: JsonObject, text: string): boolean =>
  JSON.stringify(value) === JSON.stringify(JSON.parse(text));

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)));
}
