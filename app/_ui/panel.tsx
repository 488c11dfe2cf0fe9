/** Positioned, so that what only a reader hears stays inside and does not widen the page. */
const SCROLLS = { sideways: 'relative overflow-x-auto', 'both ways': 'relative max-h-96 overflow-auto' };

interface PanelProps {
  title?: React.ReactNode;
  /** Beside the title: window, count. */
  note?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
  className?: string;
  bodyClassName?: string;
  /** What is wider (or longer) than the panel scrolls inside it, and a keyboard can reach it to do so. */
  scrolls?: keyof typeof SCROLLS;
  id?: string;
}

/** A part of a page: hairline border, a title row, no shadow, and never one inside another. */
export function Panel({ title, note, actions, children, className = '', bodyClassName = '', scrolls, id }: PanelProps) {
  const label = typeof title === 'string' ? title : undefined;
  return (
    <section id={id} className={`flex min-w-0 flex-col rounded-lg border border-border bg-surface ${className}`}>
      {title === undefined ? null : (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-border py-1 pl-4 pr-2">
          <h2 className="text-table font-semibold">{title}</h2>
          {note ? <span className="tabular truncate text-xs text-muted">{note}</span> : null}
          {actions ? <div className="ml-auto flex flex-wrap items-center justify-end gap-1">{actions}</div> : null}
        </header>
      )}
      <div
        className={`min-h-0 min-w-0 flex-1 ${scrolls ? SCROLLS[scrolls] : ''} ${bodyClassName}`}
        {...(scrolls ? { tabIndex: 0, role: 'group', 'aria-label': label } : {})}
      >
        {children}
      </div>
    </section>
  );
}
