import { useSyncExternalStore } from 'react';

/** Whether a media query holds; false until the page is awake. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    listener => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
    () => false,
  );
}

export const useNarrow = (): boolean => useMedia('(max-width: 639px)');
