import { MINUTE_MS, SECOND_MS } from '../kernel/clock';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Every bound of the stream in one place, each with its reason. A process overrides what its environment names. */
export interface StreamLimits {
  ringEvents: number;
  ringBytes: number;
  readerEvents: number;
  readerBytes: number;
  readerGraceMs: number;
  readerStallMs: number;
  chunkBytes: number;
  eventsPerTurn: number;
  scanPerTurn: number;
  heartbeatMs: number;
  checkpointMs: number;
  credentialCheckMs: number;
  credentialShareMs: number;
  tickMs: number;
  tickParts: number;
  retryMs: number;
  drainRetryLeastMs: number;
  drainRetryMostMs: number;
  maxStreams: number;
  maxStreamsPerPrincipal: number;
  refusedRetryAfterMs: number;
  catchUpCursors: number;
  catchUpQueue: number;
  catchUpSliceMs: number;
  catchUpBlockedMs: number;
  catchUpShared: number;
  warmUpEvents: number;
  warmUpEnough: number;
  warmUpBudgetMs: number;
  warmUpExtendMs: number;
  recentReadMs: number;
  recentWaitMs: number;
  watchdogMs: number;
  openMs: number;
  reopenLeastMs: number;
  reopenMostMs: number;
  unknownFailures: number;
  coalesceMs: number;
}

export const LIMITS: Readonly<StreamLimits> = Object.freeze({
  /** Replay window in memory: what serves a reconnecting reader without a cursor. Whichever is reached first. */
  ringEvents: 50_000,
  ringBytes: 64 * MIB,
  /** What may wait for one live reader before it counts as one that does not read (the contract's figures). */
  readerEvents: 1_000,
  readerBytes: MIB,
  /** A burst of one turn may pass the bounds for an instant; a reader that reads is below them again well before this. */
  readerGraceMs: SECOND_MS,
  readerStallMs: 30 * SECOND_MS,
  /** One replay write: big enough to be few, small enough to see back-pressure early. */
  chunkBytes: 64 * KIB,
  /** A burst yields to sockets and timers this often; also how many events one write may join. */
  eventsPerTurn: 256,
  /** Replay entries looked at before others get their turn; about 1 ms. */
  scanPerTurn: 5_000,
  heartbeatMs: 15 * SECOND_MS,
  checkpointMs: MINUTE_MS,
  /** Revoked credentials must end a stream within 15 s: ask with time to spare for a slow answer. */
  credentialCheckMs: 10 * SECOND_MS,
  /** Readers with the same credentials share one answer: five thousand of one token asked five hundred times a second. */
  credentialShareMs: 2 * SECOND_MS,
  /** One timer serves all readers; half a second keeps heartbeats under 15.5 s apart. */
  tickMs: 500,
  /** Not all of them at once: a heartbeat to a thousand sockets would hold an event up for 15 ms. */
  tickParts: 20,
  retryMs: SECOND_MS,
  /** Readers of a process that stops come back spread over this, not all at once. */
  drainRetryLeastMs: 500,
  drainRetryMostMs: 3_000,
  maxStreams: 10_000,
  maxStreamsPerPrincipal: 50,
  refusedRetryAfterMs: 5_000,
  /** Two hundred cursors cost 157 ms p50, one costs 5: replay beyond the ring is rationed. */
  catchUpCursors: 4,
  catchUpQueue: 2_000,
  /** A slow reader with much to catch up on gives its cursor to the next one after this. */
  catchUpSliceMs: 2 * SECOND_MS,
  /** One that does not read at all gives it up after this: forty of them held everybody up for five minutes. */
  catchUpBlockedMs: 250,
  /** Of what one reads, so many of the newest at least go into the ring for those who wait; about 10 MB a cursor. */
  catchUpShared: 5_000,
  /** Readers that come back after a restart, and the recent list, are served from history read once at start. */
  warmUpEvents: 10_000,
  warmUpEnough: 500,
  /** One look back; the server is bounded as well, for it reads its log from there whatever comes of it. */
  warmUpBudgetMs: 3 * SECOND_MS,
  /** Past this no look further back is begun: each costs several times the one before. */
  warmUpExtendMs: 500,
  /** What readers that need history wait for the ring to have it, before they read it themselves. */
  recentReadMs: SECOND_MS,
  recentWaitMs: 2 * SECOND_MS,
  /** The source answers about once a second; with kill -9 of a primary the driver itself stays silent for 15 s. */
  watchdogMs: 3 * SECOND_MS,
  /** Opening waits for a server to be selected (2.5 s) and asks it once; a frozen one never answers. */
  openMs: 4 * SECOND_MS,
  reopenLeastMs: 100,
  reopenMostMs: 5 * SECOND_MS,
  /** An error of no known kind at one and the same point this often: history is given up rather than looped on. */
  unknownFailures: 3,
  /** Progress of one dispatch: at most one event in this time, the latest wins. */
  coalesceMs: SECOND_MS,
});
