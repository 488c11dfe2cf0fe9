import { connect, type Socket } from 'node:net';
import { Crowd } from '../rig/crowd';
import { Feed } from '../rig/feed';
import { percentile } from '../rig/line';
import { metric } from '../rig/metrics';
import { residentMb } from '../rig/process-state';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { preciseMs, sleep, until } from '../rig/wait';

const READERS = 100;
const NEVER = 100;
const PER_SECOND = 30;
/**
 * So long without the ones that never read, and as long with them; what comes first alternates, for the machine drifts.
 * All rounds count together: of one alone p99 is its worst one or two writes, and the median of three such said anything
 * from 0.9 to 1.3.
 */
const WINDOW_MS = 8_000;
const ROUNDS = 6;
/** What the kernel takes before a write is held back is megabytes for each; a burst fills it. */
const FLOOD_EVENTS = 4_000;
const FLOODS_MOST = 12;
/** As many as those that never read are mostly gone by; a machine with less to give goes on growing for longer. */
const FLOODS_WITHOUT = 4;
/** A flood that passes the highest of those before it by less has shown what floods take. */
const STEADY_MB = 10;
const RING_EVENTS = 50_000;
const CLOSED_WITHIN_MS = 40_000;
const SETTLED_WITHIN_MS = 60_000;
const GROWTH_MB = 150;
/** What stays after they are gone: the allocator gives back most of it, not every page. */
const LEFT_MB = 75;

export const readersThatNeverRead = scenario({
  name: 'readers-that-never-read',
  title: '100 readers that never read a byte beside 100 that do',
  set: { members: 1 },
  bars: {
    p99Ratio: { most: 1.2 },
    closed: { least: NEVER },
    grewMb: { most: GROWTH_MB },
    leftMb: { most: LEFT_MB },
    missed: { most: 0 },
  },
  run: async rig => {
    await rig.startBoard({ events: 0 });
    const { web } = rig.board;
    // Replay is filled to its bound here, which the bound for all scenarios does not foresee; growth is judged below.
    for (const watched of rig.memory.splice(0)) watched.stop();
    const token = await rig.board.token('viewer');
    const crowd = await new Crowd({ size: READERS, urls: [web.url], token, query: ONLY_NEW }).opened();
    rig.add(() => crowd.stop());
    const feed = new Feed(rig, PER_SECOND).start();
    // Replay is full, and a flood has been borne, before anything is measured: what both take is not the doing of those
    // that never read. Measured from a quiet moment instead, a collection just before it or just after made 100 MB.
    for (let sent = 0; sent < RING_EVENTS; sent += FLOOD_EVENTS) await feed.noise(FLOOD_EVENTS);
    const peak = { mb: 0 };
    const watch = setInterval(() => (peak.mb = Math.max(peak.mb, residentMb(web.pid!))), 250);
    await floodUntilSteady(feed, peak);
    await sleep(WINDOW_MS / 2);
    const baseMb = peak.mb;
    const without: number[] = [];
    const beside: number[] = [];
    const readers = await metric(rig.board, 'sse_connections');
    let closed = 0;
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const isBesideFirst = round % 2 === 0;
        if (!isBesideFirst) without.push(...(await latenciesOver(WINDOW_MS, crowd, feed)));
        const never = await openNever(rig, token, NEVER);
        beside.push(...(await latenciesOver(WINDOW_MS, crowd, feed)));
        if (round === ROUNDS - 1) closed = await floodUntilClosed(rig, feed);
        await closeNever(rig, never, readers);
        if (isBesideFirst) without.push(...(await latenciesOver(WINDOW_MS, crowd, feed)));
      }
    } finally {
      clearInterval(watch);
    }
    await feed.stop();
    await until(() => crowd.heard(feed.sent.size), SETTLED_WITHIN_MS, 'all was read');
    const { missed, twice, reordered } = crowd.gaps(feed.ids);
    const leftMb = await settledMb(web.pid!, baseMb);
    const p99WithoutMs = round2(percentile(without, 0.99));
    const p99BesideMs = round2(percentile(beside, 0.99));
    return {
      p99WithoutMs,
      p99BesideMs,
      p99Ratio: round2(p99BesideMs / p99WithoutMs),
      closed,
      grewMb: Math.round(peak.mb - baseMb),
      leftMb,
      missed: missed + twice + reordered,
    };
  },
});

const ONLY_NEW = '?types=message-created';
const round2 = (value: number): number => Math.round(value * 100) / 100;

async function latenciesOver(windowMs: number, crowd: Crowd, feed: Feed): Promise<number[]> {
  const fromMs = preciseMs();
  await sleep(windowMs);
  const untilMs = preciseMs();
  return crowd.heads.flatMap(({ told }) =>
    told.flatMap(({ id, atMs }) => {
      const sentAtMs = feed.sent.get(id) ?? 0;
      return sentAtMs >= fromMs && sentAtMs < untilMs ? [atMs - sentAtMs] : [];
    }),
  );
}

/** With nobody who does not read: what floods take by themselves, however slowly it comes to light. */
async function floodUntilSteady(feed: Feed, peak: { mb: number }): Promise<void> {
  let beforeMb = 0;
  for (let flood = 0; flood < FLOODS_MOST; flood += 1) {
    if (flood >= FLOODS_WITHOUT && peak.mb - beforeMb < STEADY_MB) return;
    beforeMb = peak.mb;
    await feed.noise(FLOOD_EVENTS);
  }
}

/** They ask for everything, and take not one byte of the answer. */
async function openNever(rig: Rig, token: string, count: number): Promise<Socket[]> {
  const { hostname, port } = new URL(rig.board.web.url);
  const before = await metric(rig.board, 'sse_connections');
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(`GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    return socket;
  });
  rig.add(async () => sockets.forEach(socket => socket.destroy()));
  const open = async () => (await metric(rig.board, 'sse_connections')) >= before + count;
  await until(open, SETTLED_WITHIN_MS, 'the ones that never read are connected');
  return sockets;
}

/** Gone for the server too, so that what is measured next is without them. */
async function closeNever(rig: Rig, never: readonly Socket[], readers: number): Promise<void> {
  for (const socket of never) socket.destroy();
  const left = async () => (await metric(rig.board, 'sse_connections')) <= readers;
  await until(left, SETTLED_WITHIN_MS, 'the ones that never read are gone');
}

/** Resolves with how many streams the server ended because nobody read them. */
async function floodUntilClosed(rig: Rig, feed: Feed): Promise<number> {
  const slow = () => metric(rig.board, 'sse_slow_readers_total');
  const before = await slow();
  for (let flood = 0; flood < FLOODS_MOST && (await slow()) - before < NEVER; flood += 1)
    await feed.noise(FLOOD_EVENTS);
  await until(async () => (await slow()) - before >= NEVER, CLOSED_WITHIN_MS, 'the ones that never read are closed');
  return (await slow()) - before;
}

/** How much more it takes than before, once that has come down or does not come down any more. */
async function settledMb(pid: number, baseMb: number): Promise<number> {
  const more = () => Math.round(residentMb(pid) - baseMb);
  await until(() => more() <= LEFT_MB, SETTLED_WITHIN_MS, 'memory is given back').catch(() => undefined);
  return more();
}
