import type { IncomingMessage } from 'node:http';
import { ControlPlaneError } from '@/lib/domain/errors';

/** As the HTTP API's: a message's 64,000 characters fit in it several times, whatever they are escaped to. */
export const MAX_REQUEST_BYTES = 1_048_576;
/** Nothing slower than this is a client of ours. */
const READ_WITHIN_MS = 15_000;

/** The body of one protocol request. Batches went out of the protocol with revision 2025-06-18. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  if (Number(req.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) throw tooLarge();
  return parse((await readBytes(req)).toString('utf8'));
}

/** By events: leaving a `for await` early destroys the socket, and the sender never sees why it was refused. */
function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => req.destroy(new Error('the body came too slowly')), READ_WITHIN_MS);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      end();
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_REQUEST_BYTES) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, bytes)));
    const onGone = () =>
      settle(() => reject(new ControlPlaneError('malformed-request', 'The body ended before its end.')));
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ControlPlaneError('malformed-request', 'The body is not JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ControlPlaneError('malformed-request', 'The body is no single JSON-RPC message; batches are not taken.');
}

const tooLarge = () =>
  new ControlPlaneError('too-large', `The body is over ${MAX_REQUEST_BYTES.toLocaleString('en')} bytes.`);
