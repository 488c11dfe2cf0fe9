'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { InboxCount } from './inbox-count';
import { NAV_ITEMS, isHere } from './nav-items';

export function NavList({ onNavigate }: { onNavigate?: () => void }) {
  const pathname = usePathname();
  return (
    <ul className="flex flex-col gap-0.5 px-2">
      {NAV_ITEMS.map(({ href, label, icon: Icon }) => {
        const here = isHere(href, pathname);
        return (
          <li key={href}>
            <Link
              href={href}
              title={label}
              {...(here ? { 'aria-current': 'page' as const } : {})}
              {...(onNavigate ? { onClick: onNavigate } : {})}
              className={`touch relative flex h-9 items-center gap-3 rounded-md px-2.5 text-table transition-colors ${
                here
                  ? 'bg-default font-medium text-foreground'
                  : 'text-muted hover:bg-surface-secondary hover:text-foreground'
              }`}
            >
              <Icon aria-hidden className="size-4 shrink-0" strokeWidth={here ? 2 : 1.75} />
              <span className="rail-word truncate">{label}</span>
              {href === '/inbox' ? <InboxCount /> : null}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
