'use client';
import { usePathname } from 'next/navigation';
import { useEffect, useRef } from 'react';

interface ListDetailProps {
  /** Of the page: where the list with its heading has no room, it is still said to who cannot see. */
  title: string;
  list: React.ReactNode;
  /** The panel beside the list; null when nothing is open. */
  detail: React.ReactNode | null;
  /** Width of the list while a detail is open; written out, so that the stylesheet's compiler sees it. */
  listClassName?: string;
}

/** A list that is never lost: what is opened stands beside it, or over it on a narrow screen. */
export function ListDetail({ title, list, detail, listClassName = 'w-80 xl:w-96' }: ListDetailProps) {
  const isOpen = detail !== null;
  useFocusBack(isOpen);
  return (
    <div className={`absolute inset-0 mx-auto flex max-w-[1440px] min-w-0 gap-4 ${isOpen ? 'sm:p-5' : 'p-3 sm:p-5'}`}>
      <div
        className={`min-h-0 min-w-0 flex-col ${isOpen ? `hidden shrink-0 lg:flex ${listClassName}` : 'flex flex-1'}`}
      >
        {list}
      </div>
      {isOpen ? (
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <h1 className="sr-only lg:hidden">{title}</h1>
          {detail}
        </div>
      ) : null}
    </div>
  );
}

/** What closes gives the focus back to its row, so that the keys go on from there; who has it elsewhere keeps it. */
function useFocusBack(isOpen: boolean): void {
  const pathname = usePathname();
  const opened = useRef<string | null>(null);
  useEffect(() => {
    const closed = opened.current;
    opened.current = isOpen ? pathname : null;
    if (isOpen || closed === null || closed === pathname || document.activeElement !== document.body) return;
    const links = document.querySelectorAll<HTMLAnchorElement>('main a');
    [...links].find(link => link.pathname === closed)?.focus();
  }, [isOpen, pathname]);
}
