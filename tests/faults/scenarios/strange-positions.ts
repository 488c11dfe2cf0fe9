import { encodePosition, parsePosition } from '@/lib/wire/position';
import type { Listener } from '../rig/board';
import type { Line } from '../rig/line';
import { Reader } from '../rig/reader';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

const RESET_WITHIN_MS = 5_000;
const DAY_SECONDS = 86_400;

/** Positions that no reader of this stream was ever given, by what is wrong with them. */
function strangePositions(own: string, rig: Rig): Record<string, string> {
  const parsed = parsePosition(own);
  if (parsed === null) throw new Error(`no position: ${own}`);
  const { point, ...identity } = parsed;
  const seconds = (Number.parseInt(point.slice(2, 10), 16) + DAY_SECONDS).toString(16).toUpperCase();
  const hex = Array.from({ length: 16 }, () => rig.random.between(0, 15).toString(16)).join('');
  const cut = rig.random.between(1, own.length - 1);
  return {
    garbage: 'not-a-position',
    'cut off': own.slice(0, cut),
    'one letter changed': own.slice(0, cut) + (own[cut] === 'x' ? 'y' : 'x') + own.slice(cut + 1),
    'another database': encodePosition({ ...identity, databaseId: hex }, point),
    'an earlier life of this database': encodePosition({ ...identity, streamEpoch: identity.streamEpoch + 7 }, point),
    'another pipeline': encodePosition({ ...identity, pipelineVersion: hex.slice(0, 8) }, point),
    'a day ahead': encodePosition(identity, `82${seconds}${point.slice(10)}`),
    'before all history': encodePosition(identity, `8200000001${point.slice(10)}`),
  };
}

/** Eight readers for each listener; resolves with how long it took until each had its reset. */
export async function comeWithStrangePositions(rig: Rig, line: Line): Promise<{ resetMs: number; readers: number }> {
  const own = line.readers[0]!.position!;
  const good = [...line.readers];
  const token = await rig.board.token('viewer');
  const listeners = rig.board.children.filter((child): child is Listener => 'url' in child);
  const beganMs = Date.now();
  for (const [what, after] of Object.entries(strangePositions(own, rig))) {
    for (const { url, name } of listeners) {
      line.readers.push(new Reader({ name: `${what} at ${name}`, urls: [url], token, ledger: rig.ledger, after }));
    }
  }
  const strangers = line.readers.slice(good.length);
  await until(
    () => strangers.every(({ resets }) => resets.length > 0),
    RESET_WITHIN_MS * 2,
    () => `a reset for ${strangers.filter(({ resets }) => resets.length === 0).map(({ name }) => name)}`,
  );
  const resetMs = Date.now() - beganMs;
  // They go on live: what comes from here on they must see, and no second reset.
  await line.eventsAgain(Date.now(), RESET_WITHIN_MS * 2);
  const odd = strangers.filter(({ resets }) => resets.length !== 1);
  if (odd.length > 0) throw new Error(`not exactly one reset: ${odd.map(({ name }) => name)}`);
  if (good.some(({ resets }) => resets.length > 0)) throw new Error('a reader with a good position was reset');
  return { resetMs, readers: strangers.length };
}

export const strangePositionsMet = scenario({
  name: 'strange-positions',
  title: 'readers come with garbage, foreign, future and long lost positions, to the web and an events process',
  bars: { resetMs: { most: RESET_WITHIN_MS }, readers: { least: 16 } },
  run: async rig => {
    await rig.startBoard();
    return { ...(await comeWithStrangePositions(rig, await rig.startLine())) };
  },
});
