import { diffLines, type DiffLine } from '@/lib/kernel/line-diff';

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** Equal lines farther than this from a change are folded away. */
const CONTEXT_LINES = 2;

const asText = (value: unknown): string => {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map(asText).join(', ');
  return JSON.stringify(value);
};

/** Before and after of each field; long text as lines that went and came. */
export function ChangeList({ changes }: { changes: readonly FieldChange[] }) {
  return (
    <dl className="flex flex-col gap-3">
      {changes.map(change => (
        <div key={change.field} className="min-w-0">
          <dt className="mono mb-1 text-xs text-muted">{change.field}</dt>
          <dd className="min-w-0">
            <Change before={change.before} after={change.after} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What was not there before is shown as what came, without a 'none' struck out. */
function Change({ before, after }: { before: unknown; after: unknown }) {
  const [old, now] = [asText(before), asText(after)];
  if (old.includes('\n') || now.includes('\n')) return <TextDiff lines={diffLines(old, now)} />;
  const isNew = before === null || before === undefined;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1 text-table">
      {isNew ? null : (
        <>
          <del className="tint-failed min-w-0 rounded-sm px-1 break-words decoration-failed/60">{old}</del>
          <span aria-hidden className="text-muted">
            →
          </span>
        </>
      )}
      <ins className="tint-done min-w-0 rounded-sm px-1 break-words no-underline">{now}</ins>
    </p>
  );
}

const LINE_LOOK: Record<DiffLine['kind'], string> = { same: 'text-muted', added: 'tint-done', removed: 'tint-failed' };
const SIGN: Record<DiffLine['kind'], string> = { same: ' ', added: '+', removed: '−' };

function TextDiff({ lines }: { lines: DiffLine[] }) {
  return (
    <pre
      tabIndex={0}
      aria-label="Changed lines"
      className="max-h-80 overflow-auto rounded-md border border-border bg-surface-secondary py-1 text-xs leading-5"
    >
      {folded(lines).map(({ line, key }) =>
        line === null ? (
          <div key={key} className="px-3 text-muted">
            ⋯
          </div>
        ) : (
          <div key={key} className={`px-3 break-words whitespace-pre-wrap ${LINE_LOOK[line.kind]}`}>
            {SIGN[line.kind]} {line.text}
          </div>
        ),
      )}
    </pre>
  );
}

function folded(lines: DiffLine[]): { line: DiffLine | null; key: string }[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some(line => line.kind !== 'same'),
  );
  const rows: { line: DiffLine | null; key: string }[] = [];
  for (const [index, line] of lines.entries()) {
    if (near[index]) rows.push({ line, key: String(index) });
    else if (rows.at(-1)?.line !== null) rows.push({ line: null, key: `fold-${index}` });
  }
  return rows;
}
