import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Row, RowResult } from './row';

export interface Ran extends RowResult, Pick<Row, 'name' | 'title'> {
  rounds: number;
  machine: Machine;
}

interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  node: string;
  /** Runnable processes, over the last minute: more than there are cores means that others were at work. */
  load: number;
  at: string;
}

export const machineNow = (): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  load: loadavg()[0]!,
  at: new Date().toISOString(),
});

/** As Markdown: what a run prints is what stands in the document. */
export function markdownOf({ title, figures, checks, notes, rounds, machine }: Ran): string {
  const { cores, cpu, memoryGiB, node, load, at } = machine;
  const columns = [...new Set(figures.flatMap(({ cells }) => Object.keys(cells)))];
  const lines = [
    `### ${title}`,
    '',
    `${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}; ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, ` +
      `load ${load.toFixed(1)} at its end, ${at.slice(0, 10)}.`,
    '',
    ...table(
      ['', ...columns],
      figures.map(({ title: name, cells }) => [name, ...columns.map(of => cells[of] ?? '')]),
    ),
    ...table(
      ['promised', 'got', 'bar', ''],
      checks.map(({ title: name, got, bar, holds }) => [name, got, bar, holds ? 'holds' : '**missed**']),
    ),
    ...notes.flatMap(note => [note, '']),
  ];
  return lines.join('\n').trimEnd();
}

const table = (head: string[], rows: string[][]): string[] =>
  rows.length === 0 ? [] : [...[head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`), ''];

export function writeJson(path: string, rows: Ran[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ rows }, null, 2)}\n`);
  process.stdout.write(`Written to ${path}\n`);
}

/** Puts each row where the document has its place, between `<!-- row:NAME -->` and `<!-- /row -->`. */
export function writeDocument(path: string, rows: Ran[]): void {
  let text = readFileSync(path, 'utf8');
  for (const row of rows) {
    const begin = `<!-- row:${row.name} -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf('<!-- /row -->', from);
    if (from === -1 || to === -1) throw new Error(`--doc: ${path} has no ${begin} … <!-- /row -->`);
    text = `${text.slice(0, from + begin.length)}\n${markdownOf(row)}\n${text.slice(to)}`;
  }
  writeFileSync(path, text);
  process.stdout.write(`Written into ${path}\n`);
}
