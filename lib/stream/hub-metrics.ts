/** What the stream says of itself: a plain object, for health, stats and the metrics page to take from. */
export interface HubMetrics {
  state: 'live' | 'reconnecting';
  subscribers: number;
  eventsPerSecond: number;
  eventsTotal: number;
  deliveriesTotal: number;
  bytesWrittenTotal: number;
  /** From the server's clock at the change to this process, for the newest event; null before one. */
  lagMs: number | null;
  /** Since the source last gave a sign. */
  silentMs: number | null;
  reopensTotal: number;
  historyLostTotal: number;
  resetsTotal: number;
  slowReadersTotal: number;
  streamsOpenedTotal: number;
  streamsRefusedTotal: number;
  ringEvents: number;
  ringBytes: number;
  catchUpsRunning: number;
  catchUpsWaiting: number;
  catchUpsTotal: number;
}
