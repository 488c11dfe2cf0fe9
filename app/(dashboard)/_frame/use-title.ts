import { useEffect } from 'react';

/** The document's title, once it is known what the page shows. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    const before = document.title;
    document.title = `${title} · Switchboard`;
    return () => {
      document.title = before;
    };
  }, [title]);
}
