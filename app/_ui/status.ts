/**
 * The status vocabulary: each word the API uses, the lamp it lights and what it means. Every page shows status
 * through this table, so a word has one colour and one icon wherever it stands.
 */
export type Lamp = 'running' | 'waiting' | 'done' | 'failed' | 'blocked' | 'idle';

export interface StatusMeaning {
  lamp: Lamp;
  /** Plain words for the hover. */
  means: string;
}

const VOCABULARY: Record<string, StatusMeaning> = {
  // Work: messages and tasks
  none: { lamp: 'idle', means: 'Addressed to nobody, or to a person: not dispatched' },
  pending: { lamp: 'idle', means: 'Waits for the tasks it depends on' },
  queued: { lamp: 'waiting', means: 'Due; waits for an orchestrator to claim it' },
  ready: { lamp: 'waiting', means: 'Due; waits for an orchestrator to claim it' },
  held: { lamp: 'waiting', means: 'Held back for the reason shown' },
  waiting: { lamp: 'waiting', means: 'Waits for an answer' },
  claimed: { lamp: 'running', means: 'An orchestrator has it' },
  running: { lamp: 'running', means: 'An agent works on it' },
  done: { lamp: 'done', means: 'Ended well' },
  blocked: { lamp: 'blocked', means: 'Cannot go on without help' },
  incomplete: { lamp: 'blocked', means: 'Ended without all its deliverables' },
  unroutable: { lamp: 'blocked', means: 'No agent type has this name' },
  'loop-stopped': { lamp: 'blocked', means: 'Too many replies to replies; stopped' },
  dead: { lamp: 'failed', means: 'Given up after its last attempt; a person can redrive or cancel it' },
  cancelled: { lamp: 'idle', means: 'Stopped by a person' },
  // What waits for a person
  question: { lamp: 'waiting', means: 'An agent waits for an answer' },
  blocker: { lamp: 'blocked', means: 'Cannot go on without what it names' },
  message: { lamp: 'waiting', means: 'Written to people; nobody has seen to it' },
  'late-output': { lamp: 'waiting', means: 'Came back when its claim was over; to be accepted or discarded' },
  // Runs
  planning: { lamp: 'running', means: 'Its planner cuts the intent into tasks' },
  'run:running': { lamp: 'running', means: 'Its tasks are being worked on' },
  'run:blocked': { lamp: 'blocked', means: 'Some of its tasks cannot go on without help' },
  'run:done': { lamp: 'done', means: 'Its planner handed in the result' },
  'run:failed': { lamp: 'failed', means: 'Its planner was given up; redrive the plan task to go on' },
  'run:cancelled': { lamp: 'idle', means: 'Stopped by a person, with all that was left of it' },
  // Dispatches
  cancelling: { lamp: 'waiting', means: 'Stop was asked for; not yet seen by the agent' },
  failed: { lamp: 'failed', means: 'The attempt ended with an error' },
  released: { lamp: 'idle', means: 'Given back without spending an attempt' },
  lapsed: { lamp: 'failed', means: 'Its lease ran out; the work can be claimed again' },
  unresponsive: { lamp: 'failed', means: 'Stop was asked for, and no answer came before the lease ran out' },
  // Liveness of a dispatch
  ok: { lamp: 'running', means: 'Heartbeat and progress are fresh' },
  quiet: { lamp: 'waiting', means: 'Alive, but no progress for a while' },
  stuck: { lamp: 'blocked', means: 'Alive, but no progress for too long' },
  lost: { lamp: 'failed', means: 'No heartbeat past the lease' },
  // Agent types
  idle: { lamp: 'idle', means: 'Nothing runs, nothing waits' },
  'at limit': { lamp: 'waiting', means: 'As many run as are allowed; the rest waits' },
  'agent:held': {
    lamp: 'waiting',
    means: 'All that waits is held back: dispatch is paused, its budget of the day is used up, or it ranks too low',
  },
  paused: { lamp: 'idle', means: 'Its work is held until it is resumed' },
  disabled: { lamp: 'idle', means: 'Its work is held until it is enabled' },
  created: { lamp: 'done', means: 'Is new' },
  updated: { lamp: 'waiting', means: 'Is there already and changes' },
  unchanged: { lamp: 'idle', means: 'Is there already, exactly so' },
  invalid: { lamp: 'failed', means: 'Cannot be taken in as it is' },
  // Threads, sessions, tool calls
  'thread:open': { lamp: 'idle', means: 'The conversation goes on' },
  open: { lamp: 'running', means: 'At work' },
  closed: { lamp: 'done', means: 'Closed in good order' },
  expired: { lamp: 'failed', means: 'Silent for too long; taken as gone' },
  started: { lamp: 'running', means: 'Under way' },
  error: { lamp: 'failed', means: 'Ended with an error' },
  // Health
  healthy: { lamp: 'done', means: 'Everything works' },
  degraded: { lamp: 'waiting', means: 'Works, but something needs a look' },
  down: { lamp: 'failed', means: 'Does not work' },
  primary: { lamp: 'done', means: 'Takes the writes' },
  secondary: { lamp: 'done', means: 'Follows the primary' },
  connected: { lamp: 'running', means: 'Has an open stream' },
  active: { lamp: 'done', means: 'Accepted' },
  revoked: { lamp: 'idle', means: 'No longer accepted' },
  'token:expired': { lamp: 'idle', means: 'No longer accepted: its time is over' },
  away: { lamp: 'idle', means: 'Has no open stream' },
};

const UNKNOWN: StatusMeaning = { lamp: 'idle', means: '' };

/** Where two kinds of record mean different things by one word, the kind says which. */
export const meaningOf = (status: string, of = ''): StatusMeaning =>
  VOCABULARY[`${of}:${status}`] ?? VOCABULARY[status] ?? UNKNOWN;

/** Literal class names, so that the stylesheet's compiler sees them. */
export const LAMP_TEXT: Record<Lamp, string> = {
  running: 'text-running',
  waiting: 'text-waiting',
  done: 'text-done',
  failed: 'text-failed',
  blocked: 'text-blocked',
  idle: 'text-idle',
};

export const LAMP_TINT: Record<Lamp, string> = {
  running: 'tint-running',
  waiting: 'tint-waiting',
  done: 'tint-done',
  failed: 'tint-failed',
  blocked: 'tint-blocked',
  idle: 'tint-idle',
};
