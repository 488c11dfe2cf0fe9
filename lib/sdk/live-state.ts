/**
 * How a live stream stands, as a pure table: every state says what every event means to it, so a missing pair does
 * not compile. The stream does what the outcome's action says and holds no state of its own beside it.
 *
 *   connecting ──opened──▶ live ──lost──▶ reconnecting ──overdue──▶ offline
 *        └──────────────────▲──────opened──────┴───────────────────────┘
 *   refused (401, 403) from anywhere ▶ unauthenticated ──retry──▶ connecting
 */
export const LIVE_STATES = ['connecting', 'live', 'reconnecting', 'offline', 'unauthenticated'] as const;
export type LiveState = (typeof LIVE_STATES)[number];

export const LIVE_EVENTS = ['opened', 'lost', 'overdue', 'refused', 'retry'] as const;
/**
 * opened: the stream answers · lost: a try failed or the stream ended · overdue: no stream for too long, tries go on ·
 * refused: the credential is not accepted · retry: the pause is over, or somebody asked for a try now.
 */
export type LiveEvent = (typeof LIVE_EVENTS)[number];

/** connect: try now · pause: try after a back-off · park: try only when asked · none: go on as before. */
export type LiveAction = 'connect' | 'pause' | 'park' | 'none';
export interface LiveOutcome {
  state: LiveState;
  action: LiveAction;
}

const to = (state: LiveState, action: LiveAction): LiveOutcome => ({ state, action });

export const LIVE_TRANSITIONS: Record<LiveState, Record<LiveEvent, LiveOutcome>> = {
  connecting: {
    opened: to('live', 'none'),
    lost: to('reconnecting', 'pause'),
    overdue: to('offline', 'none'),
    refused: to('unauthenticated', 'park'),
    retry: to('connecting', 'connect'),
  },
  live: {
    opened: to('live', 'none'),
    lost: to('reconnecting', 'pause'),
    // A timer that fired while the stream was being opened: it is open.
    overdue: to('live', 'none'),
    refused: to('unauthenticated', 'park'),
    retry: to('live', 'none'),
  },
  reconnecting: {
    opened: to('live', 'none'),
    lost: to('reconnecting', 'pause'),
    overdue: to('offline', 'none'),
    refused: to('unauthenticated', 'park'),
    retry: to('reconnecting', 'connect'),
  },
  offline: {
    opened: to('live', 'none'),
    lost: to('offline', 'pause'),
    overdue: to('offline', 'none'),
    refused: to('unauthenticated', 'park'),
    retry: to('offline', 'connect'),
  },
  unauthenticated: {
    opened: to('live', 'none'),
    lost: to('unauthenticated', 'park'),
    overdue: to('unauthenticated', 'none'),
    refused: to('unauthenticated', 'park'),
    retry: to('connecting', 'connect'),
  },
};

export const nextLiveState = (state: LiveState, event: LiveEvent): LiveOutcome => LIVE_TRANSITIONS[state][event];
