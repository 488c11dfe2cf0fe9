import type { StreamIdentity } from '../domain/event/event-source';
import { MAX_POSITION_CHARACTERS, type ResetReason } from '../domain/event/schema';
import { bytesToBase64Url, base64UrlToBytes, bytesToHex, hexToBytes } from './base64url';

/**
 * A position names a point in one stream of one database. A replica set accepts another's idle token, another
 * database's and even a future one, and goes live without a word; so whatever the server would not refuse is refused
 * here: the position carries whose it is, and a checksum that tells garbage from age.
 *
 *     1 . stream epoch . database . pipeline . token . sub . checksum
 *
 * A *point* is what it stands for inside a process: the token in upper-case hex, so that plain string comparison is
 * the server's memcmp, plus `#n` for an event that was merged after that token (it has no change of its own).
 */
export type StreamPoint = string;

export interface ParsedPosition extends StreamIdentity {
  point: StreamPoint;
}

export type PositionVerdict = { ok: true; point: StreamPoint; token: string } | { ok: false; reason: ResetReason };

const FORMAT = '1';
/** KeyString's type byte of a timestamp: the first of every resume token. */
const TIMESTAMP_TYPE = 0x82;
const TOKEN_PATTERN = /^82[0-9A-F]{16}(?:[0-9A-F]{2})*$/;
const FIELD_COUNT = 7;
const MAX_SUB_DIGITS = 6;
/**
 * How far a position may lie ahead of the newest time we know. Another process may have read further than this one,
 * clocks of app and database differ a little, and an idle server confirms only every 10 s.
 */
export const CLOCK_TOLERANCE_MS = 15_000;

export const tokenOf = (point: StreamPoint): string => {
  const cut = point.indexOf('#');
  return cut < 0 ? point : point.slice(0, cut);
};

/** The `n`th merged event after `token`; zero-padded so that string order is number order. */
export const subPoint = (token: string, n: number): StreamPoint =>
  `${token}#${String(n).padStart(MAX_SUB_DIGITS, '0')}`;

/** Server time inside a token, to the second, in ms. */
export const positionTimeMs = (token: string): number => Number.parseInt(token.slice(2, 10), 16) * 1_000;

/** Tokens over this length (documents whose `_id` is a long string) cannot be given out as positions. */
export const MAX_TOKEN_CHARACTERS = 640;
export const isEncodableToken = (token: string): boolean =>
  token.length <= MAX_TOKEN_CHARACTERS && TOKEN_PATTERN.test(token);

export function encodePosition(identity: StreamIdentity, point: StreamPoint): string {
  const token = tokenOf(point);
  const sub = point.length > token.length ? Number(point.slice(token.length + 1)) : 0;
  return seal(positionPrefix(identity) + bytesToBase64Url(hexToBytes(token)) + '.' + sub.toString(36));
}

export function parsePosition(text: string): ParsedPosition | null {
  if (text.length > MAX_POSITION_CHARACTERS) return null;
  const fields = text.split('.');
  const [format, epoch, databaseId, pipelineVersion, encodedToken, sub] = fields as string[];
  if (fields.length !== FIELD_COUNT || format !== FORMAT) return null;
  if (seal(text.slice(0, text.lastIndexOf('.'))) !== text) return null;
  const bytes = base64UrlToBytes(encodedToken!);
  const streamEpoch = Number.parseInt(epoch!, 36);
  const merged = Number.parseInt(sub!, 36);
  if (bytes === null || bytes[0] !== TIMESTAMP_TYPE || !Number.isSafeInteger(streamEpoch) || !(merged >= 0))
    return null;
  const token = bytesToHex(bytes);
  if (!isEncodableToken(token)) return null;
  return {
    streamEpoch,
    databaseId: databaseId!,
    pipelineVersion: pipelineVersion!,
    point: merged === 0 ? token : subPoint(token, merged),
  };
}

/** Which came first; null when they cannot be compared (garbage, or two different streams). */
export function comparePositions(a: string, b: string): -1 | 0 | 1 | null {
  const left = parsePosition(a);
  const right = parsePosition(b);
  if (left === null || right === null || !sameStream(left, right)) return null;
  return comparePoints(left.point, right.point);
}

export const comparePoints = (a: StreamPoint, b: StreamPoint): -1 | 0 | 1 => (a < b ? -1 : a > b ? 1 : 0);

export const sameStream = (a: StreamIdentity, b: StreamIdentity): boolean =>
  a.databaseId === b.databaseId && a.streamEpoch === b.streamEpoch && a.pipelineVersion === b.pipelineVersion;

/** Whether a position may be resumed in this stream; `newestMs` is the newest time known: the clock's or the stream's. */
export function judgePosition(text: string, identity: StreamIdentity, newestMs: number): PositionVerdict {
  const parsed = parsePosition(text);
  if (parsed === null) return { ok: false, reason: 'malformed-position' };
  if (parsed.databaseId !== identity.databaseId) return { ok: false, reason: 'other-database' };
  if (parsed.streamEpoch !== identity.streamEpoch) return { ok: false, reason: 'stream-restarted' };
  if (parsed.pipelineVersion !== identity.pipelineVersion) return { ok: false, reason: 'pipeline-changed' };
  const token = tokenOf(parsed.point);
  if (positionTimeMs(token) > newestMs + CLOCK_TOLERANCE_MS) return { ok: false, reason: 'ahead-of-clock' };
  return { ok: true, point: parsed.point, token };
}

const positionPrefix = ({ streamEpoch, databaseId, pipelineVersion }: StreamIdentity): string =>
  `${FORMAT}.${streamEpoch.toString(36)}.${databaseId}.${pipelineVersion}.`;

const seal = (payload: string): string => `${payload}.${checksum(payload)}`;

/** FNV-1a, 32 bit: against accident and invention, not against forgery, which would gain nobody anything. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
