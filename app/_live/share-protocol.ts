import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';

/** What a tab says to the worker. Attaching is the port itself. */
export type TabMessage =
  /** Reads were made as `who`, none before `cursor`. */
  | { kind: 'start'; cursor: string | null; who: string }
  /** Events it has dealt with. */
  | { kind: 'taken'; events: number }
  | { kind: 'here' }
  | { kind: 'wake' }
  | { kind: 'renew' }
  | { kind: 'bye' };

/** What the worker says to a tab. */
export type WorkerMessage =
  /** From here on no event is lost to it. `lock` is held as long as the worker lives; null where there are no locks. */
  | { kind: 'welcome'; lock: string | null }
  /** No more tabs fit; this one keeps a connection of its own. */
  | { kind: 'full' }
  | { kind: 'state'; state: LiveState; signalAtMs: number | null }
  | { kind: 'signal'; atMs: number }
  | { kind: 'events'; events: readonly StreamEvent[] }
  | { kind: 'reset' }
  | { kind: 'quiet' }
  /** Another person signed in: nothing more comes for the one this tab shows. */
  | { kind: 'other-user' }
  | { kind: 'ping' }
  /** It did not answer for long; a tab that was only frozen attaches anew. */
  | { kind: 'dropped' };

/** The end of a channel that one side speaks into. */
export interface Line<Out> {
  send(message: Out): void;
}

/** Tabs ask for a sign of life so often, and the worker for theirs; answers need no timer, which hidden tabs lack. */
export const PING_EVERY_MS = 5_000;
/** A worker that was not heard for this long (two pings and a little) is gone. */
export const WORKER_SILENT_MS = 12_000;
/**
 * A minute of pings: the tab is dead, or frozen so that it shows nothing to anybody. Counted and not timed, for a
 * machine that slept answers nothing either.
 */
export const MAX_UNANSWERED_PINGS = 12;
/** A worker answers in milliseconds; on a machine that swaps, in seconds. Past this the tab has its own connection. */
export const ATTACH_WITHIN_MS = 4_000;
/** Far more than anyone keeps open; each holds a queue. */
export const MAX_TABS = 200;
/**
 * On their way to one tab at once: two seconds of the busiest feed (200 a second), some 200 KB. What is beyond waits in
 * the worker, which may give it up; what is in a port cannot be taken back.
 */
export const MAX_EVENTS_IN_FLIGHT = 400;
/** Waiting for one tab, some 1 MB: past that, reading afresh is cheaper for it than catching up. */
export const MAX_EVENTS_QUEUED = 2_000;
/** The badge counts in half seconds. */
export const SIGNAL_EVERY_MS = 500;
/** Tabs come online together: one try serves them all. */
export const MIN_WAKE_GAP_MS = 1_000;
