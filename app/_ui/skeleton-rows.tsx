import { Skeleton } from '@heroui/react/skeleton';

/** Where rows will be: same height, so that nothing jumps when they come. */
export function SkeletonRows({ rows = 6, className = '' }: { rows?: number; className?: string }) {
  return (
    <div aria-hidden className={`flex flex-col ${className}`}>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex h-(--row-height) items-center gap-4 border-b border-separator px-4 last:border-b-0"
        >
          <Skeleton className="h-3 rounded-sm" style={{ width: `${18 + ((row * 7) % 16)}%` }} />
          <Skeleton className="h-3 flex-1 rounded-sm" />
          <Skeleton className="h-3 w-12 rounded-sm" />
        </div>
      ))}
    </div>
  );
}
