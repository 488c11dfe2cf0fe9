'use client';
import { ErrorState } from '@/app/_ui/error-state';

/** A page that broke: the frame stays, so does the way to every other page. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <ErrorState
      title="This page broke"
      detail={`${error.message}. What was saved is saved; what was typed here may be lost.`}
      onRetry={reset}
    />
  );
}
