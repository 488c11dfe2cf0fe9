'use client';
import { usePathname } from 'next/navigation';
import { useMe } from '@/app/_live/session';
import { AccountMenu } from './account-menu';
import { KeyCommands } from './key-commands';
import { LiveBadge } from './live-badge';
import { NavDrawer } from './nav-drawer';
import { sectionOf } from './nav-items';
import { ThemeMenu } from './theme-menu';

export function TopBar() {
  const section = sectionOf(usePathname());
  const { tenantId } = useMe();
  return (
    <header className="z-30 flex h-(--bar-height) shrink-0 items-center gap-1 border-b border-border bg-background px-2 sm:gap-2 sm:px-4">
      <NavDrawer />
      <p className="flex min-w-0 items-center gap-1.5 text-table">
        <span className="hidden truncate text-muted sm:inline">{tenantId}</span>
        <span aria-hidden className="hidden text-muted sm:inline">
          /
        </span>
        <span className="truncate font-medium">{section?.label ?? 'Switchboard'}</span>
      </p>
      <div className="ml-auto flex items-center gap-1 sm:gap-1.5">
        <KeyCommands />
        <LiveBadge />
        <ThemeMenu />
        <AccountMenu />
      </div>
    </header>
  );
}
