import Link from 'next/link';
import type { SystemHealth } from '@/lib/domain/health/schema';
import { CodeLine } from '@/app/_ui/code-line';
import { LAMP_TINT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { remedyFor } from './remedies';

const WORDS: Record<SystemHealth['status'], string> = { ok: 'healthy', degraded: 'degraded', down: 'down' };
const SENTENCES: Record<SystemHealth['status'], string> = {
  ok: 'Everything works.',
  degraded: 'It works, but something needs a look.',
  down: 'It does not work.',
};

export function ReasonsPanel({ health, databaseAway }: { health: SystemHealth; databaseAway: boolean }) {
  const status = databaseAway ? 'down' : health.status;
  const reasons = databaseAway ? ['MongoDB is away; what stands below is the last that was known'] : health.reasons;
  const word = WORDS[status];
  return (
    <section
      aria-label="Status"
      className={`rounded-lg border border-border p-4 ${status === 'ok' ? 'bg-surface' : LAMP_TINT[meaningOf(word).lamp]}`}
    >
      <p className="flex items-center gap-3 text-sm font-medium">
        <StatusWord status={word} />
        {SENTENCES[status]}
      </p>
      {reasons.length > 0 ? (
        <ul className="mt-3 flex flex-col gap-3">
          {reasons.map(reason => (
            <Reason key={reason} reason={reason} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Reason({ reason }: { reason: string }) {
  const remedy = remedyFor(reason);
  return (
    <li className="flex flex-col items-start gap-1.5 border-t border-border pt-3 text-table">
      <p className="font-medium">{reason}</p>
      {remedy ? (
        <p className="text-muted">
          {remedy.text}{' '}
          {remedy.href ? (
            <Link href={remedy.href} className="font-medium text-foreground underline underline-offset-2">
              {remedy.label}
            </Link>
          ) : null}
        </p>
      ) : null}
      {remedy?.command ? <CodeLine code={remedy.command} className="max-w-full" /> : null}
    </li>
  );
}
