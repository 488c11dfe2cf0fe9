import { usePathname } from 'next/navigation';

/** The record a page is about, from its own URL: `/threads/ID`. The page itself is one static file. */
export function useRecordId(base: string): string | null {
  const pathname = usePathname();
  const rest = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1).split('/')[0] : '';
  return rest ? decodeURIComponent(rest) : null;
}
