'use client';
import type { Run } from '@/lib/domain/run/schema';
import { Markdown } from '@/app/_ui/markdown';

/** What came of it, once something did; and what was asked, where the title could not hold it. */
export function RunTexts({ run }: { run: Run }) {
  const { intent, result } = run;
  const isLong = intent.trim().includes('\n') || intent.length > 90;
  if (!isLong && result === null) return null;
  return (
    <div className="flex shrink-0 flex-col border-b border-border">
      {isLong ? (
        <Fold title="Intent">
          <Markdown text={intent} />
        </Fold>
      ) : null}
      {result ? (
        <Fold title="Result" isOpen>
          <Markdown text={result.output} />
        </Fold>
      ) : null}
    </div>
  );
}

function Fold({ title, isOpen = false, children }: { title: string; isOpen?: boolean; children: React.ReactNode }) {
  return (
    <details open={isOpen} className="border-b border-separator last:border-b-0">
      <summary className="touch cursor-pointer px-4 py-2 text-xs font-medium text-muted">{title}</summary>
      <div tabIndex={0} role="group" aria-label={title} className="max-h-40 overflow-y-auto px-4 pb-3">
        {children}
      </div>
    </details>
  );
}
