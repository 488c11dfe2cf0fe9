'use client';
import { Button } from '@heroui/react/button';
import type { IssuedToken } from '@/lib/domain/identity/schema';
import { CodeLine } from '@/app/_ui/code-line';
import { Lamp } from '@/app/_ui/lamp';

export function TokenShown({ issued, onDone }: { issued: IssuedToken; onDone: () => void }) {
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-start gap-2 text-table">
        <Lamp lamp="waiting" className="mt-0.5" />
        <span>
          Copy it now: it is shown this once, and only a hash of it is kept. Role <b>{issued.role}</b>
          {issued.agentType ? <> for {issued.agentType}</> : null}, label {issued.label}.
        </span>
      </p>
      <CodeLine code={issued.token} label="token" className="max-w-full" />
      <p className="text-xs text-muted">The commands beside hold it until you leave this page.</p>
      <Button size="sm" variant="outline" onPress={onDone} className="self-start">
        Make another
      </Button>
    </div>
  );
}
