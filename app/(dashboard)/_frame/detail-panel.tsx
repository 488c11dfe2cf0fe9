'use client';
import { X } from 'lucide-react';
import Link from 'next/link';

interface DetailPanelProps {
  title: string | undefined;
  /** Beside the title: status, id, revision. */
  facts?: React.ReactNode;
  /** What can be done with the whole of it. */
  actions?: React.ReactNode;
  /** The list this was opened from, with its filters. */
  backHref: string;
  backLabel: string;
  children: React.ReactNode;
}

/** What is open beside the list; on a narrow screen it takes the whole of it. */
export function DetailPanel({ title, facts, actions, backHref, backLabel, children }: DetailPanelProps) {
  return (
    <section
      aria-label={title ?? backLabel}
      className="flex min-h-0 flex-1 flex-col overflow-hidden bg-surface sm:rounded-lg sm:border sm:border-border"
    >
      <header className="flex min-h-13 shrink-0 items-center gap-3 border-b border-border py-1 pr-2 pl-4">
        <h2 dir="auto" title={title} className="line-clamp-2 min-w-0 text-sm font-semibold wrap-anywhere">
          {title ?? ' '}
        </h2>
        {facts}
        {actions ? <div className="ml-auto flex shrink-0 items-center">{actions}</div> : null}
        <Link
          data-closes
          href={backHref}
          aria-label={backLabel}
          title={backLabel}
          className={`touch ${actions ? '' : 'ml-auto'} inline-flex size-9 shrink-0 items-center justify-center rounded-md hover:bg-default`}
        >
          <X aria-hidden className="size-4" />
        </Link>
      </header>
      {children}
    </section>
  );
}
