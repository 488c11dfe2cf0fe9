import { ChevronDown } from 'lucide-react';

/** Says that a row opens, where its summary is laid out and has lost its own mark; below a `group`. */
export function FoldMark() {
  return (
    <ChevronDown aria-hidden className="size-3.5 shrink-0 text-muted transition-transform group-open:rotate-180" />
  );
}
