import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Hub } from '@/lib/stream/hub';
import { comparePositions } from '@/lib/wire/position';
import { FakeTimers } from './support/fake-timers';
import { connect, type Reader, stopRigs } from './support/rig';
import { ScriptedSource } from './support/scripted-source';

afterEach(stopRigs);

/**
 * One invariant over random lives of a stream: each reader, over all its connections, gets every later event of its
 * tenant once and in order, or a reset that says where it goes on. Never a silent hole, a double, a step back.
 */
type Step =
  | { kind: 'append'; count: number; tenantId: string }
  | { kind: 'quiet' }
  | { kind: 'settle' }
  | { kind: 'wait'; ms: number }
  | { kind: 'disconnect'; reader: number }
  | { kind: 'connect'; reader: number; hub: number; isReading: boolean }
  | { kind: 'drain'; reader: number }
  | { kind: 'break' }
  | { kind: 'down'; ms: number }
  | { kind: 'restart'; hub: number }
  | { kind: 'lose' };

/** Every byte of a connection: comments, retries and whole events, each with its blank line, and nothing else. */
const GRAMMAR =
  /^(?:(?:: [a-z]+|retry: \d+|id: [A-Za-z0-9._-]{1,512}\nevent: [a-z]+(?:[-:][a-z]+)*\ndata: \{[^\r\n]*\})\n\n)*$/;

const READERS = 3;
const HUBS = 2;
const index = (count: number) => fc.nat(count - 1);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 30 }),
      tenantId: fc.constantFrom('default', 'default', 'acme'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('quiet' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(100, 1_000, 5_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disconnect' as const), reader: index(READERS) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('connect' as const),
      reader: index(READERS),
      hub: index(HUBS),
      isReading: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drain' as const), reader: index(READERS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('break' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('down' as const), ms: fc.constantFrom(500, 4_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), hub: index(HUBS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
);

/** What one reader saw over all its connections. */
class Client {
  lastId: string | undefined;
  reader: Reader | null = null;
  /** Events and resets in the order they came. */
  readonly seen: { id: string; event: string; record: string }[] = [];
  #taken = 0;

  collect(): void {
    const events = this.reader?.sink.events ?? [];
    for (const { id, event, data } of events.slice(this.#taken)) {
      this.seen.push({ id: id!, event: event!, record: String(data['id']) });
      this.lastId = id;
    }
    this.#taken = events.length;
  }

  disconnect(): void {
    this.collect();
    expect(this.reader?.sink.text ?? '').toMatch(GRAMMAR);
    this.reader?.sink.hangUp();
    this.reader = null;
  }

  connect(hub: Hub, isReading: boolean): void {
    this.disconnect();
    this.#taken = 0;
    this.reader = connect(hub, { isReading, ...(this.lastId === undefined ? {} : { after: this.lastId }) });
  }
}

class World {
  readonly timers = new FakeTimers();
  readonly source = new ScriptedSource(() => this.timers.now());
  readonly clients = Array.from({ length: READERS }, () => new Client());
  readonly hubs: Hub[] = [];
  readonly #confirming = this.timers.every(900, () => this.source.confirm());

  constructor(private readonly limits: { ringEvents: number; catchUpCursors: number; eventsPerTurn: number }) {
    for (let at = 0; at < HUBS; at += 1) this.hubs.push(this.#newHub());
  }

  #newHub(): Hub {
    const log = { info: () => undefined, warn: () => undefined };
    const hub = new Hub({ source: this.source, log, timers: this.timers, random: () => 0.5, limits: this.limits });
    hub.start();
    return hub;
  }

  async apply(step: Step): Promise<void> {
    const { source, timers, clients, hubs } = this;
    switch (step.kind) {
      case 'append':
        for (let at = 0; at < step.count; at += 1) source.append({ tenantId: step.tenantId });
        return;
      case 'quiet':
        return source.appendQuiet();
      case 'settle':
        return timers.settle();
      case 'wait':
        return timers.advance(step.ms);
      case 'disconnect':
        return clients[step.reader]!.disconnect();
      case 'connect':
        return clients[step.reader]!.connect(hubs[step.hub]!, step.isReading);
      case 'drain':
        return clients[step.reader]!.reader?.sink.drain();
      case 'break':
        return source.breakCursors();
      case 'down':
        return this.#down(step.ms);
      case 'restart':
        await this.#stop(hubs[step.hub]!);
        hubs[step.hub] = this.#newHub();
        return;
      case 'lose':
        return this.#lose();
    }
  }

  /** A hub may be waiting for its next turn when it is stopped. */
  async #stop(hub: Hub): Promise<void> {
    const stopped = hub.stop();
    await this.timers.settle();
    await stopped;
  }

  async #down(ms: number): Promise<void> {
    this.source.isDown = true;
    this.source.breakCursors();
    await this.timers.advance(ms);
    this.source.isDown = false;
  }

  async #lose(): Promise<void> {
    this.source.isDown = true;
    this.source.breakCursors();
    this.source.append();
    this.source.cut();
    await this.timers.advance(500);
    this.source.isDown = false;
  }

  /** Everybody comes back, reads on and is given time: what is still missing now is lost. */
  async finish(): Promise<void> {
    await this.timers.advance(8_000);
    for (const client of this.clients) {
      if (client.reader === null || client.reader.sink.isEnded) client.connect(this.hubs[0]!, true);
      client.reader!.sink.drain();
    }
    await this.timers.advance(8_000);
    this.source.append();
    await this.timers.advance(2_000);
    for (const client of this.clients) client.disconnect();
    for (const hub of this.hubs) await this.#stop(hub);
    this.#confirming();
    await this.timers.settle();
    expect(this.source.cursors.size, 'cursors left open').toBe(0);
    expect(this.timers.pending, 'timers left set').toBe(0);
  }
}

/** Checks one client's whole life against what happened. */
function expectWhole(client: Client, source: ScriptedSource): void {
  const positions = source.steps
    .map(({ event }, at) => ({ at, event }))
    .filter(({ event }) => event?.tenantId === 'default');
  const order = new Map(positions.map(({ event }, rank) => [event!.data.id, rank]));
  let expected: number | null = null;
  for (const { event, record } of client.seen) {
    if (event === 'reset') {
      expected = null;
      continue;
    }
    if (event === 'checkpoint') continue;
    const rank = order.get(record)!;
    expect(rank, `event ${record} belongs to the tenant`).toBeDefined();
    // After a reset, or at the first connection, the next event may be any; from then on it must be the very next.
    if (expected !== null) expect(rank, `after ${expected - 1}`).toBe(expected);
    expected = rank + 1;
  }
  expect(expected, 'it was told the last event').toBe(positions.length);
  const ids = client.seen.map(({ id }) => id);
  for (let at = 1; at < ids.length; at += 1) {
    expect(comparePositions(ids[at - 1]!, ids[at]!), `${client.seen[at]!.event} at ${at}`).not.toBe(1);
  }
  const records = client.seen.filter(({ event }) => event === 'message-created').map(({ record }) => record);
  expect(new Set(records).size, 'no event twice').toBe(records.length);
}

describe('over random disconnects, restarts, failures, losses and slow readers', () => {
  it('every reader gets every event once and in order, or an explicit reset', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 5, maxLength: 60 }),
        fc.record({
          ringEvents: fc.constantFrom(3, 20, 10_000),
          catchUpCursors: fc.constantFrom(1, 4),
          eventsPerTurn: fc.constantFrom(4, 256),
        }),
        async (steps, limits) => {
          const world = new World(limits);
          await world.timers.settle();
          for (const each of steps) {
            await world.apply(each);
            for (const client of world.clients) {
              client.collect();
              expect(client.reader?.sink.errors ?? []).toEqual([]);
            }
          }
          await world.finish();
          for (const client of world.clients) expectWhole(client, world.source);
          const losses = steps.filter(({ kind }) => kind === 'lose').length;
          for (const { seen } of world.clients) {
            expect(seen.filter(({ event }) => event === 'reset').length).toBeLessThanOrEqual(losses);
          }
        },
      ),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) },
    );
  }, 600_000);
});
