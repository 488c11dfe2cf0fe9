import type { HubMetrics } from '../stream/hub-metrics';

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** The hub's own account, in Prometheus' words: base units, `_total` for what only grows. */
export const streamCounters = (metrics: HubMetrics) => ({
  sse_connections: { help: 'Event streams open now', value: metrics.subscribers },
  sse_connections_opened_total: { help: 'Event streams opened', value: metrics.streamsOpenedTotal },
  sse_connections_refused_total: { help: 'Event streams refused by a cap', value: metrics.streamsRefusedTotal },
  sse_slow_readers_total: { help: 'Streams ended because nobody read them', value: metrics.slowReadersTotal },
  sse_resets_total: { help: 'Resets sent to readers', value: metrics.resetsTotal },
  sse_events_sent_total: { help: 'Events written to readers', value: metrics.deliveriesTotal },
  sse_bytes_sent_total: { help: 'Bytes of events written to readers', value: metrics.bytesWrittenTotal },
  stream_events_total: { help: 'Events that entered the stream', value: metrics.eventsTotal },
  stream_events_per_second: { help: 'Events a second, lately', value: metrics.eventsPerSecond },
  stream_lag_seconds: { help: 'From the change in the database to this process', value: seconds(metrics.lagMs) },
  stream_reopens_total: { help: 'Times the change stream was opened again', value: metrics.reopensTotal },
  stream_history_lost_total: { help: 'Times history could not be resumed', value: metrics.historyLostTotal },
  stream_ring_bytes: { help: 'Replay kept in memory', value: metrics.ringBytes },
  stream_catch_ups_running: { help: 'Readers fed from the database now', value: metrics.catchUpsRunning },
});
