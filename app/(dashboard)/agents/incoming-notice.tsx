'use client';
import { Button } from '@heroui/react/button';
import { ChangeList } from '@/app/_ui/change-list';
import { Lamp } from '@/app/_ui/lamp';
import type { Incoming } from './use-agent-form';

/** Somebody else saved while this form was being edited: what changed, and that nothing typed here is lost. */
export function IncomingNotice({ incoming, onDismiss }: { incoming: Incoming; onDismiss: () => void }) {
  return (
    <div role="alert" className="tint-waiting flex flex-col gap-3 rounded-md border border-border p-3">
      <div className="flex items-start gap-2">
        <Lamp lamp="waiting" className="mt-0.5" />
        <div className="min-w-0 flex-1 text-table">
          <p className="font-medium">Revision {incoming.revision} was saved while you were editing.</p>
          <p className="text-muted">
            {incoming.both.length === 0
              ? 'Your edits are kept, on top of it.'
              : `Your edits are kept. You both changed ${incoming.both.join(', ')}: saving writes yours over theirs.`}
          </p>
        </div>
        <Button size="sm" variant="ghost" onPress={onDismiss}>
          Understood
        </Button>
      </div>
      <ChangeList changes={incoming.theirs} />
    </div>
  );
}
