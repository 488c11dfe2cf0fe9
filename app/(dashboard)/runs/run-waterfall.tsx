'use client';
import { useMemo, useState } from 'react';
import { isRunOver, type Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { formatDuration } from '@/app/_ui/duration';
import { LAMP_TEXT } from '@/app/_ui/status';
import { useNow } from '@/app/_ui/use-now';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { layoutOf } from './layered-layout';
import { useAsked, useRunDispatches } from './use-run';
import {
  BAR_KINDS,
  BAR_LAMP,
  barsOf,
  placeOf,
  scaleOf,
  type Bar,
  type BarKind,
  type Scale,
  type Wait,
} from './waterfall-bars';
import { BAR_SHAPE, NAME_WIDTH, WATERFALL_ROW_PX, WaterfallRow } from './waterfall-row';
import { WaterfallGrid, WaterfallLines } from './waterfall-lines';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const WORDS: Record<BarKind, string> = {
  pending: 'pending',
  queued: 'queued',
  claimed: 'claimed',
  running: 'running',
  waiting: 'waiting',
  failed: 'failed attempt',
};

/** One row a task over the time of the run: what it waited for, and when it was worked on. */
export function RunWaterfall({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const bars = useBars(run, tasks);
  const ordered = useMemo(() => inOrder(tasks), [tasks]);
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = tasks.find(({ id }) => id === activeId);
  const needed = useMemo(() => new Set(active?.dependsOn ?? []), [active]);
  const ends = [...bars.values()].flatMap(each => each.map(({ toMs }) => toMs));
  const scale = scaleOf(Date.parse(run.createdAt), Math.max(Date.parse(run.createdAt), ...ends));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5 text-2xs text-muted">
        {BAR_KINDS.map(kind => (
          <span key={kind} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`h-2 w-4 ${LAMP_TEXT[BAR_LAMP[kind]]} ${BAR_SHAPE[kind]}`} />
            {WORDS[kind]}
          </span>
        ))}
      </div>
      <div aria-hidden className="flex h-6 shrink-0 border-y border-border text-2xs text-muted">
        <span className={`${NAME_WIDTH} shrink-0`} />
        <span className="tabular relative mr-3 flex-1">
          {scale.ticksMs
            .map(tick => ({ tick, left: leftOf(tick, scale) }))
            .filter(({ left }) => left <= LAST_ROOM)
            .map(({ tick, left }) => (
              <span key={tick} className="absolute top-1 px-1 whitespace-nowrap" style={{ left: `${left}%` }}>
                {tickWord(tick)}
              </span>
            ))}
        </span>
      </div>
      <VirtualRows
        label="Tasks over time"
        items={ordered}
        keyOf={task => task.id}
        rowHeight={WATERFALL_ROW_PX}
        className="flex-1"
        underlay={<WaterfallGrid rows={ordered.length} scale={scale} />}
        overlay={active ? <WaterfallLines ordered={ordered} active={active} bars={bars} scale={scale} /> : undefined}
        render={task => (
          <WaterfallRow
            task={task}
            bars={bars.get(task.id) ?? []}
            scale={scale}
            isNeeded={needed.has(task.id)}
            onActive={setActiveId}
          />
        )}
      />
    </div>
  );
}

/** Nearer to the end than this, in percent, a word has no room after its line; before it stands the last one. */
const LAST_ROOM = 85;

const leftOf = (tick: number, scale: Scale): number =>
  placeOf({ fromMs: scale.fromMs + tick, toMs: scale.toMs }, scale).left;

/** Ticks are round, so `+5 s` and not `+5.0 s`. */
const tickWord = (ms: number): string =>
  ms === 0 ? '0' : `+${ms % SECOND_MS === 0 && ms < MINUTE_MS ? `${ms / SECOND_MS} s` : formatDuration(ms)}`;

function useBars(run: Run, tasks: readonly Task[]): Map<string, Bar[]> {
  const { dispatches } = useRunDispatches(run.id, tasks);
  const asked = useAsked(run);
  const tick = useNow(SECOND_MS);
  const isEnded = run.endedAt !== null && isRunOver(run.status);
  // The page's clock may be behind the database's: what was written is not in the future.
  const nowMs = isEnded ? Date.parse(run.endedAt!) : Math.max(tick, Date.parse(run.updatedAt));
  return useMemo(() => {
    const waits: Wait[] = (asked ?? []).flatMap(({ question, answers }) =>
      question.from.dispatchId === undefined
        ? []
        : [
            {
              dispatchId: question.from.dispatchId,
              fromMs: Date.parse(question.createdAt),
              toMs: answers[0] === undefined ? null : Date.parse(answers[0].createdAt),
            },
          ],
    );
    return barsOf({ tasks, dispatches, waits, nowMs });
  }, [tasks, dispatches, asked, nowMs]);
}

/** By layer, so that a line to what a task needs always goes up; within one, as planned. */
function inOrder(tasks: readonly Task[]): Task[] {
  const columns = new Map(layoutOf(tasks).nodes.map(({ id, column }) => [id, column]));
  const rank = ({ id, kind }: Task): number => (kind === 'plan' ? -1 : (columns.get(id) ?? 0));
  return tasks.toSorted((a, b) => rank(a) - rank(b));
}
