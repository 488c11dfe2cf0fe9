import { CopyButton } from './copy-button';

/** One command, ready to copy. Long ones scroll inside their own box. */
export function CodeLine({
  code,
  label = 'command',
  className = '',
}: {
  code: string;
  label?: string;
  className?: string;
}) {
  return (
    <div
      className={`inline-flex min-w-0 ${code.includes('\n') ? 'items-start' : 'items-center'} rounded-md border border-border bg-surface-secondary text-left ${className}`}
    >
      <pre tabIndex={0} aria-label={label} className="min-w-0 flex-1 overflow-x-auto px-3 py-2 text-xs leading-5">
        <code>{code}</code>
      </pre>
      <CopyButton value={code} label={label} className="m-0.5 shrink-0" />
    </div>
  );
}
