'use client';
import { Button } from '@heroui/react/button';
import { RotateCw } from 'lucide-react';
import { Lamp } from './lamp';

interface ErrorStateProps {
  /** What could not be done. */
  title: string;
  /** What the server said. */
  detail: string;
  requestId?: string | undefined;
  onRetry?: () => void;
}

export function ErrorState({ title, detail, requestId, onRetry }: ErrorStateProps) {
  return (
    <div role="alert" className="flex flex-col items-start gap-2 px-4 py-6">
      <p className="flex items-center gap-2 text-sm font-medium">
        <Lamp lamp="failed" />
        {title}
      </p>
      <p className="max-w-[72ch] text-table text-muted">{detail}</p>
      {requestId ? (
        <p className="text-xs text-muted">
          request <code className="select-all">{requestId}</code>
        </p>
      ) : null}
      {onRetry ? (
        <Button size="sm" variant="outline" onPress={onRetry}>
          <RotateCw /> Try again
        </Button>
      ) : null}
    </div>
  );
}
