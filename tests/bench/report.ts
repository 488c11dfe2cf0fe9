import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Row, RowResult } from './row';

export type Ran = Pick<Row, 'name' | 'title'> & RowResult;

/** As Markdown, so that what a run prints can stand in docs/performance.md as it is. */
export function printRow({ title, figures, checks, notes }: Ran): void {
  const columns = [...new Set(figures.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = ['', `### ${title}`, ''];
  if (columns.length > 0) {
    lines.push(`| | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`);
    for (const { title: name, cells } of figures) {
      lines.push(`| ${name} | ${columns.map(column => cells[column] ?? '').join(' | ')} |`);
    }
    lines.push('');
  }
  if (checks.length > 0) {
    lines.push('| promised | got | bar | |', '|---|---|---|---|');
    for (const { title: name, got, bar, holds } of checks) {
      lines.push(`| ${name} | ${got} | ${bar} | ${holds ? 'holds' : '**missed**'} |`);
    }
    lines.push('');
  }
  for (const note of notes) lines.push(note, '');
  process.stdout.write(`${lines.join('\n')}\n`);
}

export function writeJson(path: string, rounds: number, rows: Ran[]): void {
  const machine = {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadAtEnd: loadavg(),
    at: new Date().toISOString(),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine, rounds, rows }, null, 2)}\n`);
  process.stdout.write(`Written to ${path}\n`);
}
