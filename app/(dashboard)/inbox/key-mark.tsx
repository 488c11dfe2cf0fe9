'use client';
import { Kbd } from '@heroui/react/kbd';
import { useSingleKeys } from '@/app/_ui/single-keys';
import { KEY_LOOK } from './key-look';

/** A key beside what it does, while it does it. */
export function KeyMark({ children }: { children: React.ReactNode }) {
  const isHeard = useSingleKeys();
  if (!isHeard) return null;
  return (
    <Kbd aria-hidden className={KEY_LOOK}>
      {children}
    </Kbd>
  );
}
