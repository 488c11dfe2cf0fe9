import { Skeleton } from '@heroui/react/skeleton';
import { Wordmark } from '@/app/_ui/wordmark';

/** The frame before it is known who looks: same places, so that nothing jumps. */
export function FrameSkeleton() {
  return (
    <div className="flex min-h-dvh" aria-busy="true">
      <div className="rail hidden h-dvh shrink-0 flex-col border-r border-border bg-surface md:flex">
        <div className="flex h-(--bar-height) items-center px-4">
          <Wordmark />
        </div>
        <div className="flex flex-col gap-4 px-4 py-3">
          {Array.from({ length: 10 }, (_, row) => (
            <Skeleton key={row} className="h-3.5 w-4/5 rounded-sm" />
          ))}
        </div>
      </div>
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="h-(--bar-height) border-b border-border" />
        <div className="flex flex-col gap-4 p-5">
          <Skeleton className="h-6 w-40 rounded-sm" />
          <Skeleton className="h-20 w-full rounded-lg" />
          <Skeleton className="h-80 w-full rounded-lg" />
        </div>
      </div>
    </div>
  );
}
