import type { IncomingMessage, ServerResponse } from 'node:http';
import { ControlPlaneError } from '../domain/errors';
import type { ApiRequest, ApiResponse } from './api-request';
import type { HttpDoor } from './door';
import { handleApi } from './handle-request';

/** A sender that goes on after its 413 is cut off then; until then it gets to read why. */
const LINGER_MS = 5_000;

/** One `/api` request of a node:http server. Never rejects. */
export async function serveApi(door: HttpDoor, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  try {
    send(req, res, await handleApi(door, requestOf(req, gone.signal)));
    door.untaken.watch(res);
  } catch (error) {
    door.plane.log.error({ err: error }, 'an API answer could not be sent');
    res.destroy();
  }
}

export function requestOf(req: IncomingMessage, signal: AbortSignal): ApiRequest {
  return {
    method: req.method ?? 'GET',
    url: req.url ?? '/',
    headers: headersOf(req),
    encrypted: 'encrypted' in req.socket,
    remoteAddress: req.socket.remoteAddress ?? '',
    signal,
    readBody: limitBytes => readBody(req, limitBytes),
  };
}

/** Node keeps the first Authorization header and drops the others without a word; here they are joined and refused. */
export function headersOf(req: IncomingMessage): Record<string, string | undefined> {
  const headers = req.headers as Record<string, string | undefined>;
  if (headers['authorization'] === undefined) return headers;
  const all = req.rawHeaders.filter((_, at, raw) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === 'authorization');
  return all.length < 2 ? headers : { ...headers, authorization: all.join(', ') };
}

function readBody(req: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  if (Number(req.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (end: () => void) => {
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      end();
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) settle(() => reject(tooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)));
    const onGone = () =>
      settle(() => reject(new ControlPlaneError('malformed-request', 'The body ended before its end.')));
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

const tooLarge = (limitBytes: number) =>
  new ControlPlaneError('too-large', `The body is over ${limitBytes.toLocaleString('en')} bytes.`);

function send(req: IncomingMessage, res: ServerResponse, { status, headers, body }: ApiResponse): void {
  if (res.destroyed) return;
  if (!req.complete) linger(req);
  if (body === null) {
    res.writeHead(status, headers).end();
    return;
  }
  // As text and not as bytes, which node sends off together with the head, in one write.
  res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/**
 * What is still coming is thrown away, for a socket closed with bytes unread is reset, and the sender then never sees
 * the answer.
 */
function linger(req: IncomingMessage): void {
  req.resume();
  const timer = setTimeout(() => req.destroy(), LINGER_MS);
  timer.unref();
  req.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}
