'use client';
import { Button } from '@heroui/react/button';

/** Rows of unequal height are shown in portions: hundreds of them at once would make every change slow. */
export const PORTION = 100;

export function MoreButton({ shown, of, onMore }: { shown: number; of: number; onMore: () => void }) {
  if (shown >= of) return null;
  return (
    <div className="p-3">
      <Button size="sm" variant="outline" onPress={onMore}>
        Show {Math.min(PORTION, of - shown)} more of {of - shown}
      </Button>
    </div>
  );
}
