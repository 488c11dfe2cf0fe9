'use client';
import { Button } from '@heroui/react/button';
import { X } from 'lucide-react';

interface ClearFiltersProps {
  onClear: () => void;
  /** Where the bar has no room for the word. */
  isIcon?: boolean;
}

/** At the end of a bar of filters, while any is set. */
export function ClearFilters({ onClear, isIcon = false }: ClearFiltersProps) {
  return (
    <Button
      size="sm"
      variant="ghost"
      isIconOnly={isIcon}
      className="shrink-0"
      onPress={onClear}
      {...(isIcon ? { 'aria-label': 'Clear' } : {})}
    >
      {isIcon ? <X /> : 'Clear'}
    </Button>
  );
}

/** In the empty state of a list where nothing matches. */
export function ClearAllFilters({ onClear }: Pick<ClearFiltersProps, 'onClear'>) {
  return (
    <Button size="sm" variant="outline" onPress={onClear}>
      Clear the filters
    </Button>
  );
}
