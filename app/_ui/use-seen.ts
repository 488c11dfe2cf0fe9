import { useEffect, useState, type RefObject } from 'react';

/** Begun a little before it comes into view, so that it stands there when it does. */
const AHEAD = '200px';

/** True from the first time that this element was (nearly) in view: what is heavy loads then, and not before. */
export function useSeen(element: RefObject<Element | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (isSeen || element.current === null) return;
    const observer = new IntersectionObserver(entries => setSeen(entries.some(entry => entry.isIntersecting)), {
      rootMargin: AHEAD,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, isSeen]);
  return isSeen;
}
