'use client';
import { ExternalLink } from 'lucide-react';
import { isOpenDispatch, type DispatchRecord } from '@/lib/domain/dispatch/schema';
import { formatDuration } from '@/app/_ui/duration';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { useNow } from '@/app/_ui/use-now';
import { DispatchActions } from './dispatch-actions';

/**
 * One attempt, as a thin row: who works, how it stands, how far it is. Bare: without its late output and its buttons,
 * where the page has them elsewhere.
 */
export function DispatchRow({ dispatch, isBare = false }: { dispatch: DispatchRecord; isBare?: boolean }) {
  const { liveness, error, lateOutput, transcriptUrl } = dispatch;
  const isOpen = isOpenDispatch(dispatch.status);
  // How far it came matters while it is under way; afterwards its end says more.
  const progress = isOpen ? dispatch.progress : null;
  return (
    <div className="relative mt-2 overflow-hidden rounded-md border border-border bg-surface-secondary text-xs">
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 px-2.5 py-1">
        <StatusWord status={dispatch.status} />
        {isOpen && liveness !== null && liveness !== 'ok' ? <StatusWord status={liveness} /> : null}
        <span className="font-medium">{dispatch.agentType}</span>
        <span className="text-muted">
          r{dispatch.revision} · attempt {dispatch.attempt}
          {dispatch.mode === 'resume' ? ' · resumed' : ''} · by {dispatch.consumer}
        </span>
        {progress ? <span className="tabular text-muted">{Math.round(progress.percent)} %</span> : null}
        <Elapsed dispatch={dispatch} />
        {transcriptUrl && /^https?:/.test(transcriptUrl) ? (
          <a
            href={transcriptUrl}
            target="_blank"
            rel="noopener noreferrer"
            className="inline-flex items-center gap-1 underline"
          >
            transcript <ExternalLink aria-hidden className="size-3" />
          </a>
        ) : null}
        {isBare ? null : <DispatchActions dispatch={dispatch} />}
        {progress?.state ? <span className="min-w-0 basis-full truncate pb-0.5">{progress.state}</span> : null}
      </div>
      {error ? <p className={`border-t border-border px-2.5 py-1 break-words ${LAMP_TEXT.failed}`}>{error}</p> : null}
      {lateOutput && !isBare ? (
        <details className="border-t border-border px-2.5 py-1">
          <summary className="cursor-pointer">A late output was kept; it is not part of the thread</summary>
          <pre className="mt-1 max-h-60 overflow-auto whitespace-pre-wrap">{lateOutput.output}</pre>
        </details>
      ) : null}
      {progress ? <Bar percent={progress.percent} lamp={LAMP_TEXT[meaningOf(dispatch.status).lamp]} /> : null}
    </div>
  );
}

function Bar({ percent, lamp }: { percent: number; lamp: string }) {
  return (
    <div
      role="progressbar"
      aria-label="Progress"
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={`absolute inset-x-0 bottom-0 h-0.5 ${lamp}`}
    >
      <div className="h-full bg-current transition-[width]" style={{ width: `${percent}%` }} />
    </div>
  );
}

function Elapsed({ dispatch }: { dispatch: DispatchRecord }) {
  const now = useNow(1_000);
  const { claimedAt, endedAt } = dispatch.times;
  const end = endedAt === null ? now : Date.parse(endedAt);
  return <span className="tabular ml-auto text-muted">{formatDuration(Math.max(0, end - Date.parse(claimedAt)))}</span>;
}
