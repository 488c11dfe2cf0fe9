import { expect } from 'vitest';
import type { EventFilter } from '@/lib/domain/event/schema';
import type { Principal } from '@/lib/domain/identity/schema';
import { Hub, type HubOptions } from '@/lib/stream/hub';
import { openStream, type StreamHandle } from '@/lib/stream/open-stream';
import { MemorySink } from '@/tests/support/memory-sink';
import { testPrincipal } from '@/tests/support/principal';
import { FakeTimers } from './fake-timers';
import { ScriptedSource } from './scripted-source';

export interface Reader {
  sink: MemorySink;
  handle: StreamHandle;
}

export interface ReaderOptions {
  after?: string;
  filter?: Partial<EventFilter>;
  principal?: Partial<Principal>;
  consumer?: string;
  consumerPosition?: string;
  isReading?: boolean;
  stillValid?: () => Promise<boolean>;
  signal?: AbortSignal;
}

export interface Rig {
  timers: FakeTimers;
  source: ScriptedSource;
  hub: Hub;
  /** Another process on the same database. */
  startHub(options?: Partial<HubOptions>): Promise<Hub>;
  connect(options?: ReaderOptions, hub?: Hub): Reader;
}

const running: (() => Promise<void>)[] = [];
/** For `afterEach`. */
export async function stopRigs(): Promise<void> {
  for (const stop of running.splice(0)) await stop();
}

export async function createRig(
  options: Partial<HubOptions> = {},
  prepare?: (source: ScriptedSource) => void,
): Promise<Rig> {
  const timers = new FakeTimers();
  const source = new ScriptedSource(() => timers.wallNow());
  prepare?.(source);
  const stopConfirming = timers.every(900, () => source.confirm());
  const log = { info: () => undefined, warn: () => undefined };
  const hubs: Hub[] = [];
  const startHub = async (more: Partial<HubOptions> = {}): Promise<Hub> => {
    const hub = new Hub({ source, log, timers, random: () => 0.5, ...options, ...more });
    hubs.push(hub);
    hub.start();
    await timers.settle();
    return hub;
  };
  const hub = await startHub();
  running.push(async () => {
    const stopped = hubs.map(each => each.stop());
    await timers.settle();
    await Promise.all(stopped);
    stopConfirming();
    await timers.settle();
    expect(source.cursors.size, 'cursors left open').toBe(0);
    expect(timers.pending, 'timers left set').toBe(0);
  });
  return { timers, source, hub, startHub, connect: (reader, at = hub) => connect(at, reader) };
}

/** History that is in the source, and in a ring of fewer events is not; and a position before it. */
export async function withHistory(rig: Rig, count: number): Promise<{ after: string; ids: string[] }> {
  const first = rig.connect();
  rig.source.append();
  await rig.timers.settle();
  first.sink.hangUp();
  const ids = Array.from({ length: count }, () => rig.source.append());
  await rig.timers.settle();
  return { after: first.sink.lastId!, ids };
}

export function connect(hub: Hub, options: ReaderOptions = {}): Reader {
  const { filter = {}, principal = {}, isReading = true, ...rest } = options;
  const sink = new MemorySink({ isReading });
  const handle = openStream(hub, {
    principal: testPrincipal(principal),
    filter: { types: undefined, ...filter },
    sink,
    ...rest,
  });
  return { sink, handle };
}
