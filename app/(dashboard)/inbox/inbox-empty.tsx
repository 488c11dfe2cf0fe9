'use client';
import { Button } from '@heroui/react/button';
import { INBOX_KINDS, type InboxKind } from '@/lib/domain/inbox/schema';
import { EmptyState } from '@/app/_ui/empty-state';
import { StatusWord } from '@/app/_ui/status-word';
import { KIND_WORDS } from '../_inbox/inbox-words';

/** Nothing waits: what would, and how it comes here. */
export function InboxEmpty({ kind, onClear }: { kind: InboxKind | null; onClear: () => void }) {
  if (kind !== null) {
    const { none, comes } = KIND_WORDS[kind];
    return (
      <EmptyState
        title={none}
        action={
          <Button size="sm" variant="outline" onPress={onClear}>
            Show all kinds
          </Button>
        }
      >
        {comes}
      </EmptyState>
    );
  }
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="What comes here"
      className="min-h-0 flex-1 overflow-y-auto px-4 py-8 focus-visible:-outline-offset-2"
    >
      <div className="flex flex-col gap-4 sm:mx-auto sm:max-w-2xl">
        <div>
          <p className="text-sm font-medium">Nothing waits for you.</p>
          <p className="text-table text-muted">Leave this page open; what needs a person comes here by itself:</p>
        </div>
        <dl className="flex flex-col divide-y divide-separator border-y border-separator">
          {INBOX_KINDS.map(each => (
            <div key={each} className="flex flex-col gap-x-4 gap-y-0.5 py-2.5 sm:flex-row">
              <dt className="w-28 shrink-0">
                <StatusWord status={each} />
              </dt>
              <dd className="text-table text-muted">{KIND_WORDS[each].comes}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
