'use client';
import { Button } from '@heroui/react/button';
import { PanelLeft } from 'lucide-react';
import Link from 'next/link';
import { NavList } from './nav-list';
import { Wordmark } from '@/app/_ui/wordmark';

/** Words or icons only; kept over visits by `appearance.js`. */
function toggleRail(): void {
  const root = document.documentElement;
  const next = root.dataset['rail'] === 'icons' ? 'words' : 'icons';
  root.dataset['rail'] = next;
  try {
    localStorage.setItem('switchboard-rail', next);
  } catch {
    // Kept for this visit only.
  }
}

export function Rail() {
  return (
    <nav
      aria-label="Pages"
      className="rail sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-border bg-surface md:flex"
    >
      <div className="flex h-(--bar-height) items-center px-4">
        <Link href="/" aria-label="Switchboard, dashboard" className="rounded-sm">
          <Wordmark />
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto py-1">
        <NavList />
      </div>
      <div className="border-t border-border p-2">
        <Button isIconOnly size="sm" variant="ghost" aria-label="Rail with or without words" onPress={toggleRail}>
          <PanelLeft />
        </Button>
      </div>
    </nav>
  );
}
