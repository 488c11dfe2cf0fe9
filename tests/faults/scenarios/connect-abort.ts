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
/** Far less than the two minutes after which the database drops rows nobody keeps. */
const PRESENCE_WITHIN_MS = 2_000;
const FILES_RATIO = 1.05;
/** A heap finds its size under a new load; what leaks goes on growing. */
const GROWTH_MB = 100;
const SECOND_HALF_MB = 30;
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
    grewInSecondHalfMb: { most: SECOND_HALF_MB },
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
    const answeredFirst = await cycles(rig, token, CYCLES / 2);
    const mbHalfway = residentMb(pid);
    const answered = answeredFirst + (await cycles(rig, token, CYCLES / 2));
    await nobodyLeft(rig);
    await feed.stop();
    await until(() => openFiles(pid) <= filesBefore * FILES_RATIO, WITHIN_MS, 'descriptors are given back').catch(
      () => undefined,
    );
    const listed = () => rig.db.collection('presence').countDocuments({ kind: 'stream' });
    await until(async () => (await listed()) === 0, PRESENCE_WITHIN_MS, 'nobody is listed').catch(() => undefined);
    const presenceLeft = await listed();
    const left = await metric(rig.board, 'sse_connections');
    const grewInSecondHalfMb = Math.round(residentMb(pid) - mbHalfway);
    const grewMb = Math.round(residentMb(pid) - mbBefore);
    return {
      filesBefore,
      filesRatio: round2(openFiles(pid) / filesBefore),
      grewMb,
      grewInSecondHalfMb,
      left,
      presenceLeft,
      answered,
    };
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
