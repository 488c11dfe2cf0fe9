import { extname } from 'node:path';
import type { SizedFile } from '../repository';
import { answer, signed, type Skill } from '../work';

const KINDS: Record<string, string> = {
  '.ts': 'TypeScript',
  '.tsx': 'TypeScript, pages',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.js': 'JavaScript',
  '.md': 'Markdown',
  '.json': 'JSON',
  '.css': 'styles',
  '.yml': 'YAML',
  '.yaml': 'YAML',
  '.png': 'pictures',
  '.svg': 'pictures',
};

interface Row {
  kind: string;
  files: number;
  lines: number;
  bytes: number;
}

/** Counts the files of this clone. */
export const dataAnalysis: Skill = async work => {
  await work.step(10, 'walking the folders');
  const files = work.repository.files();
  await work.step(60, `${files.length} files found, sorting them by kind`);
  const rows = rowsOf(files);
  const table = ['| kind | files | lines | bytes |', '|---|--:|--:|--:|', ...rows.map(lineOf)].join('\n');
  const all = rows.reduce((sum, row) => plus(sum, row), { kind: 'all', files: 0, lines: 0, bytes: 0 });
  const total = `${all.files} files, ${all.lines} lines of text, ${all.bytes} bytes`;
  await work.step(90, total);
  if (work.dispatch.source.kind === 'message') return answer(`${total}.\n\n${table}`);
  await work.tools.call('submit_result', {
    output: signed(`${total}. Counted in this clone; what npm and the build make is left out.`),
    deliverables: [
      { name: 'table', value: table },
      { name: 'total', value: total },
    ],
  });
  return { kind: 'over' };
};

const lineOf = ({ kind, files, lines, bytes }: Row): string => `| ${kind} | ${files} | ${lines} | ${bytes} |`;

const plus = (a: Row, b: Pick<Row, 'files' | 'lines' | 'bytes'>): Row => ({
  kind: a.kind,
  files: a.files + b.files,
  lines: a.lines + b.lines,
  bytes: a.bytes + b.bytes,
});

/** Most files first. */
function rowsOf(files: readonly SizedFile[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { path, lines, bytes } of files) {
    const kind = KINDS[extname(path)] ?? 'other';
    const row = rows.get(kind) ?? { kind, files: 0, lines: 0, bytes: 0 };
    rows.set(kind, plus(row, { files: 1, lines: lines ?? 0, bytes }));
  }
  return [...rows.values()].toSorted((a, b) => b.files - a.files);
}
