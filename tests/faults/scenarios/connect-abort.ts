import { connect } from 'node:net';
import { Feed } from '../rig/feed';
import { metric } from '../rig/metrics';
import { openFiles, residentMb } from '../rig/process-state';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const CYCLES = 5_000;
const WARM_CYCLES = 500;
const ABREAST = 25;
const WITHIN_MS = 30_000;
const FILES_RATIO = 1.05;
const GROWTH_MB = 60;

export const connectAbort = scenario({
  name: 'connect-abort',
  title: '5,000 readers connect and abort, each somewhere between its first byte and its first event',
  set: { members: 1 },
  bars: {
    filesRatio: { most: FILES_RATIO },
    grewMb: { most: GROWTH_MB },
    left: { most: 0 },
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
    const answered = await cycles(rig, token, CYCLES);
    await nobodyLeft(rig);
    await feed.stop();
    await until(() => openFiles(pid) <= filesBefore * FILES_RATIO, WITHIN_MS, 'descriptors are given back').catch(
      () => undefined,
    );
    const left = await metric(rig.board, 'sse_connections');
    const grewMb = Math.round(residentMb(pid) - mbBefore);
    return { filesBefore, filesRatio: round2(openFiles(pid) / filesBefore), grewMb, left, answered };
  },
});

const round2 = (value: number): number => Math.round(value * 100) / 100;

const nobodyLeft = (rig: Rig): Promise<boolean> =>
  until(async () => (await metric(rig.board, 'sse_connections')) === 0, WITHIN_MS, 'all streams are over');

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
  socket.on('error', () => undefined).on('data', () => (heard = true));
  // Some leave in the middle of their request.
  socket.write(random.next() < 0.1 ? head.slice(0, random.between(1, head.length)) : head);
  await sleep(random.between(0, 40));
  if (random.next() < 0.5) socket.resetAndDestroy();
  else socket.end().destroy();
  await closed;
  return heard;
}
