import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AGENTS_FOLDER,
  markOf,
  renderAgentFile,
  type AgentFileSource,
} from '@/lib/server/orchestrator-skill/agent-file';
import { diffLines } from '@/lib/kernel/line-diff';

export interface SyncReport {
  /** A line each: what differs, or what was done about it. */
  lines: string[];
  /** Files that are not as the types say, before anything was written. */
  different: number;
  /** Files of a type's name that are somebody's own, and were left alone. */
  foreign: number;
}

/**
 * One agent file a type. A file without our mark is a person's own and is never touched; one with it, of a type that is
 * gone, is removed. `check` writes nothing and shows each difference line by line.
 */
export function syncAgents(root: string, types: readonly AgentFileSource[], check: boolean): SyncReport {
  const folder = join(root, AGENTS_FOLDER);
  const report: SyncReport = { lines: [], different: 0, foreign: 0 };
  for (const type of types) syncOne(join(folder, `${type.slug}.md`), type, check, report);
  for (const { path, name } of orphansIn(folder, types)) {
    report.different += 1;
    report.lines.push(`${name}  ${check ? 'has no agent type any more' : 'removed: no such agent type'}`);
    if (!check) rmSync(path);
  }
  return report;
}

function syncOne(path: string, type: AgentFileSource, check: boolean, report: SyncReport): void {
  const wanted = renderAgentFile(type);
  const name = `${type.slug}.md`;
  const found = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (found === wanted) return;
  report.different += 1;
  if (found !== null && markOf(found) === null) {
    report.foreign += 1;
    report.lines.push(`${name}  is not ours, and was left alone: rename it, or the type`);
    return;
  }
  if (check) {
    report.lines.push(`${name}  ${found === null ? 'is missing' : 'differs'}`);
    if (found !== null) report.lines.push(...changed(found, wanted));
    return;
  }
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, wanted);
  report.lines.push(`${name}  ${found === null ? 'written' : 'rewritten'} (revision ${type.revision})`);
}

const SIGNS = { same: ' ', added: '+', removed: '-' };
const changed = (before: string, after: string): string[] =>
  diffLines(before, after)
    .filter(({ kind }) => kind !== 'same')
    .map(({ kind, text }) => `    ${SIGNS[kind]} ${text}`);

function orphansIn(folder: string, types: readonly AgentFileSource[]): { path: string; name: string }[] {
  if (!existsSync(folder)) return [];
  const known = new Set(types.map(({ slug }) => `${slug}.md`));
  return readdirSync(folder)
    .filter(name => name.endsWith('.md') && !known.has(name))
    .map(name => ({ name, path: join(folder, name) }))
    .filter(({ path }) => markOf(readFileSync(path, 'utf8')) !== null);
}
