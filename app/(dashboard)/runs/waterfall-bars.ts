import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { isTaskOver } from '@/lib/domain/task/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Lamp } from '@/app/_ui/status';
import { groupBy } from './group-by';

/** A run over time, from the times the API gives: a task's ledger, its attempts, and the questions they stopped for. */

export const BAR_KINDS = ['pending', 'queued', 'claimed', 'running', 'waiting', 'failed'] as const;
export type BarKind = (typeof BAR_KINDS)[number];
export const BAR_LAMP: Record<BarKind, Lamp> = {
  pending: 'idle',
  queued: 'waiting',
  claimed: 'running',
  running: 'running',
  waiting: 'waiting',
  failed: 'failed',
};

export interface Bar {
  kind: BarKind;
  fromMs: number;
  toMs: number;
  /** It still grows. */
  isOpen: boolean;
}

/** A stop to wait for an answer; `toMs` is null while there is none. */
export interface Wait {
  dispatchId: string;
  fromMs: number;
  toMs: number | null;
}

type BarTask = Pick<Task, 'id' | 'kind' | 'status' | 'dependsOn' | 'createdAt' | 'updatedAt' | 'ledger'>;
type BarAttempt = Pick<DispatchRecord, 'id' | 'source' | 'status' | 'mode' | 'times'>;

export interface WaterfallInput {
  tasks: readonly BarTask[];
  dispatches: readonly BarAttempt[];
  waits: readonly Wait[];
  nowMs: number;
}

export function barsOf({ tasks, dispatches, waits, nowMs }: WaterfallInput): Map<string, Bar[]> {
  const byId = new Map(tasks.map(task => [task.id, task]));
  const attempts = groupBy(dispatches, ({ source }) => source.id);
  const stops = groupBy(waits, ({ dispatchId }) => dispatchId);
  return new Map(
    tasks.map(task => {
      const own = (attempts.get(task.id) ?? []).toSorted((a, b) => a.times.claimedAt.localeCompare(b.times.claimedAt));
      return [task.id, taskBars(task, { byId, own, stops, nowMs })];
    }),
  );
}

interface Surroundings {
  byId: ReadonlyMap<string, BarTask>;
  own: readonly BarAttempt[];
  stops: ReadonlyMap<string, readonly Wait[]>;
  nowMs: number;
}

function taskBars(task: BarTask, { byId, own, stops, nowMs }: Surroundings): Bar[] {
  const createdMs = Date.parse(task.createdAt);
  // What is over ends where it was last written, if it left no time of its own.
  const endMs = isTaskOver(task.status) ? Date.parse(task.ledger.doneAt ?? task.updatedAt) : nowMs;
  const isOpen = !isTaskOver(task.status);
  const readyMs = readyAt(task, byId);
  if (readyMs === null && own.length === 0) return [bar('pending', createdMs, endMs, isOpen)].filter(isSeen);
  const firstMs = own[0] === undefined ? endMs : Date.parse(own[0].times.claimedAt);
  const dueMs = Math.min(Math.max(createdMs, readyMs ?? createdMs), firstMs);
  const bars = [bar('pending', createdMs, dueMs, false)];
  let cursorMs = dueMs;
  for (const attempt of own) {
    const claimedMs = Date.parse(attempt.times.claimedAt);
    bars.push(
      bar('queued', cursorMs, claimedMs, false),
      ...attemptBars(attempt, { stops: stops.get(attempt.id) ?? [], isPlanner: task.kind === 'plan', nowMs }),
    );
    cursorMs = attempt.times.endedAt === null ? nowMs : Date.parse(attempt.times.endedAt);
  }
  const isDue = task.status === 'ready' || task.status === 'held';
  if (own.length === 0 && !isDue) bars.push(...untoldBars(task, cursorMs, endMs));
  else if (isDue) bars.push(bar('queued', cursorMs, endMs, true));
  return bars.filter(isSeen);
}

/** Its attempts were not read yet, or are long gone: it was claimed, and no more is said. */
function untoldBars({ status, ledger }: BarTask, fromMs: number, endMs: number): Bar[] {
  const claimedMs = ledger.claimedAt === null ? endMs : Math.min(Math.max(Date.parse(ledger.claimedAt), fromMs), endMs);
  return [bar('queued', fromMs, claimedMs, false), bar('claimed', claimedMs, endMs, !isTaskOver(status))];
}

/** When the last of what it needs was done; null while something is not. */
function readyAt({ dependsOn, createdAt }: BarTask, byId: ReadonlyMap<string, BarTask>): number | null {
  const needs = dependsOn.flatMap(id => byId.get(id) ?? []);
  if (needs.some(({ status }) => status !== 'done')) return null;
  return Math.max(
    Date.parse(createdAt),
    ...needs.map(({ ledger, updatedAt }) => Date.parse(ledger.doneAt ?? updatedAt)),
  );
}

const FAILED: readonly BarAttempt['status'][] = ['failed', 'lapsed', 'unresponsive'];

interface AttemptContext {
  stops: readonly Wait[];
  isPlanner: boolean;
  nowMs: number;
}

/** Claimed until its first heartbeat, then at work, but for the stops in it. */
function attemptBars({ status, mode, times }: BarAttempt, { stops, isPlanner, nowMs }: AttemptContext): Bar[] {
  const isOpen = times.endedAt === null;
  const claimedMs = Date.parse(times.claimedAt);
  const endMs = isOpen ? Math.max(nowMs, claimedMs) : Date.parse(times.endedAt!);
  const beatMs = times.firstHeartbeatAt === null ? (isOpen ? endMs : claimedMs) : Date.parse(times.firstHeartbeatAt);
  const waits = [...stops].toSorted((a, b) => a.fromMs - b.fromMs);
  // A planner stops for news without asking anybody: only its last wait is known, while nothing came after it.
  const isLast = status === 'waiting' || mode === 'start';
  const sinceMs = isLast && times.waitingSince !== null ? Date.parse(times.waitingSince) : null;
  if (sinceMs !== null && waits.every(({ toMs }) => toMs !== null && toMs <= sinceMs)) {
    waits.push({ dispatchId: '', fromMs: sinceMs, toMs: null });
  }
  const firstStopMs = waits[0]?.fromMs ?? endMs;
  const startMs = Math.min(beatMs, firstStopMs);
  // Of its earlier turns it is not known when it worked: it was claimed, and no more is said.
  const isUnknown = isPlanner && mode === 'resume';
  const work: BarKind = FAILED.includes(status) ? 'failed' : isUnknown ? 'claimed' : 'running';
  const bars = [bar('claimed', claimedMs, startMs, isOpen && startMs === endMs)];
  let cursorMs = startMs;
  for (const { fromMs, toMs } of waits) {
    const untilMs = Math.min(toMs ?? endMs, endMs);
    bars.push(bar(work, cursorMs, fromMs, false), bar('waiting', fromMs, untilMs, isOpen && toMs === null));
    cursorMs = Math.max(cursorMs, untilMs);
  }
  // Answered, and not taken up again yet.
  return [...bars, bar(status === 'waiting' ? 'queued' : work, cursorMs, endMs, isOpen)];
}

const bar = (kind: BarKind, fromMs: number, toMs: number, isOpen: boolean): Bar => ({ kind, fromMs, toMs, isOpen });
const isSeen = ({ fromMs, toMs }: Bar): boolean => toMs > fromMs;

export interface Scale {
  fromMs: number;
  toMs: number;
  /** Round times inside it, as offsets from its beginning. */
  ticksMs: number[];
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000, 172_800_000, 604_800_000,
];
/** More would not leave room for their words. */
const MOST_TICKS = 6;

/** From the first thing to the last, never empty, so that a bar can be placed in it. */
export function scaleOf(startMs: number, endMs: number): Scale {
  const toMs = Math.max(endMs, startMs + 1);
  const span = toMs - startMs;
  const step = STEPS_MS.find(each => span / each <= MOST_TICKS) ?? Math.ceil(span / MOST_TICKS);
  const ticksMs = Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
  return { fromMs: startMs, toMs, ticksMs };
}

/** Left edge and width in percent of the scale. */
export function placeOf({ fromMs, toMs }: Pick<Bar, 'fromMs' | 'toMs'>, scale: Scale): { left: number; width: number } {
  const span = scale.toMs - scale.fromMs;
  const clamp = (ms: number): number => Math.min(Math.max(ms, scale.fromMs), scale.toMs);
  const left = ((clamp(fromMs) - scale.fromMs) / span) * 100;
  return { left, width: ((clamp(toMs) - scale.fromMs) / span) * 100 - left };
}
