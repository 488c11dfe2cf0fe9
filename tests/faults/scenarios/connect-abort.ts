import { connect } from 'node:net';
import { Feed } from '../rig/feed';
import { metric } from '../rig/metrics';
import { openFiles, residentMb } from '../rig/process-state';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const CYCLES = 5_000;
/** A heap has found its size after some six thousand of them: measured to 30,000, where it still was the same. */
const WARM_CYCLES = 8_000;
const ABREAST = 25;
const WITHIN_MS = 30_000;
/** Far less than the two minutes after which the database drops rows nobody keeps. */
const PRESENCE_WITHIN_MS = 2_000;
/**
 * Room for what the database pool, of 40, opens and closes by itself: 4 and 7 more of some 55 were seen under one seed.
 * One leaked in a hundred would be 1.9.
 */
const FILES_RATIO = 1.2;
/**
 * A heap finds its size under a new load and then swings by some 25 MB with its collections; what leaks lifts the
 * lowest it comes back to.
 */
const GROWTH_MB = 100;
const FLOOR_GROWTH_MB = 30;
const SAMPLES_A_HALF = 5;
/** So many of them go as soon as they hear something, the others at any time. */
const LISTEN = 0.4;
const HEARD_WITHIN_MS = 5_000;

export const connectAbort = scenario({
  name: 'connect-abort',
  title: '5,000 readers connect and abort, each somewhere between its first byte and its first event',
  set: { members: 1 },
  bars: {
    filesRatio: { most: FILES_RATIO },
    grewMb: { most: GROWTH_MB },
    floorGrewMb: { most: FLOOR_GROWTH_MB },
    left: { most: 0 },
    presenceLeft: { most: 0 },
    answered: { least: 1_000 },
  },
  run: async rig => {
    await rig.startBoard({ events: 0 });
    const token = await rig.board.token('viewer');
    const feed = new Feed(rig, 20).start();
    const pid = rig.board.web.pid!;
    // Caches and pools are full before anything is measured.
    await cycles(rig, token, WARM_CYCLES);
    await nobodyLeft(rig);
    const filesBefore = openFiles(pid);
    const mbBefore = residentMb(pid);
    const firstHalf = await half(rig, token, pid);
    const secondHalf = await half(rig, token, pid);
    await nobodyLeft(rig);
    await feed.stop();
    await until(() => openFiles(pid) <= filesBefore * FILES_RATIO, WITHIN_MS, 'descriptors are given back').catch(
      () => undefined,
    );
    const listed = () => rig.db.collection('presence').countDocuments({ kind: 'stream' });
    await until(async () => (await listed()) === 0, PRESENCE_WITHIN_MS, 'nobody is listed').catch(() => undefined);
    const presenceLeft = await listed();
    const left = await metric(rig.board, 'sse_connections');
    const floorGrewMb = Math.round(secondHalf.floorMb - firstHalf.floorMb);
    const grewMb = Math.round(residentMb(pid) - mbBefore);
    return {
      filesBefore,
      filesRatio: round2(openFiles(pid) / filesBefore),
      grewMb,
      floorGrewMb,
      left,
      presenceLeft,
      answered: firstHalf.answered + secondHalf.answered,
    };
  },
});

const round2 = (value: number): number => Math.round(value * 100) / 100;

const nobodyLeft = (rig: Rig): Promise<boolean> =>
  until(async () => (await metric(rig.board, 'sse_connections')) === 0, WITHIN_MS, 'all streams are over');

/** Half of all cycles; `floorMb`: the least memory seen between them. */
async function half(rig: Rig, token: string, pid: number): Promise<{ answered: number; floorMb: number }> {
  let answered = 0;
  let floorMb = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < SAMPLES_A_HALF; sample += 1) {
    answered += await cycles(rig, token, CYCLES / 2 / SAMPLES_A_HALF);
    floorMb = Math.min(floorMb, residentMb(pid));
  }
  return { answered, floorMb };
}

/** Resolves with how many of them had heard something before they went. */
async function cycles(rig: Rig, token: string, count: number): Promise<number> {
  let answered = 0;
  for (let at = 0; at < count; at += ABREAST) {
    const heard = await Promise.all(Array.from({ length: ABREAST }, () => cycle(rig, token)));
    answered += heard.filter(Boolean).length;
  }
  return answered;
}

async function cycle({ board, random }: Rig, token: string): Promise<boolean> {
  const { hostname, port } = new URL(board.web.url);
  const head = `GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  let heard = false;
  const socket = connect({ host: hostname, port: Number(port) });
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
  const first = new Promise<void>(resolve => socket.once('data', () => resolve()));
  socket.on('error', () => undefined).on('data', () => (heard = true));
  const listens = random.next() < LISTEN;
  // Some of the others leave in the middle of their request.
  socket.write(!listens && random.next() < 0.2 ? head.slice(0, random.between(1, head.length)) : head);
  await (listens ? Promise.race([first, sleep(HEARD_WITHIN_MS)]) : sleep(random.between(0, 40)));
  if (random.next() < 0.5) socket.resetAndDestroy();
  else socket.end().destroy();
  await closed;
  return heard;
}
