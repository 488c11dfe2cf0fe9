import { CodeLine } from './code-line';

interface EmptyStateProps {
  /** What would be here. */
  title: string;
  children?: React.ReactNode;
  /** The one command that makes it so. */
  command?: string;
  /** Or the one button. */
  action?: React.ReactNode;
}

export function EmptyState({ title, children, command, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-start gap-2 px-4 py-8 sm:items-center sm:text-center">
      <p className="text-sm font-medium">{title}</p>
      {children ? <div className="max-w-[60ch] text-table text-muted">{children}</div> : null}
      {command ? <CodeLine code={command} className="mt-1 max-w-full" /> : null}
      {action ? <div className="mt-1">{action}</div> : null}
    </div>
  );
}
