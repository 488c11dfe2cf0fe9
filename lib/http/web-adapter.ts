import { ControlPlaneError } from '../domain/errors';
import type { ApiRequest } from './api-request';
import type { HttpDoor } from './door';
import { handleApi } from './handle-request';

/** The same core behind a Request and a Response, for servers that speak those. */
export async function serveWebRequest(door: HttpDoor, request: Request): Promise<Response> {
  const { status, headers, body } = await handleApi(door, apiRequestOf(request));
  return new Response(body, { status, headers });
}

export function apiRequestOf(request: Request): ApiRequest {
  const { pathname, search, protocol } = new URL(request.url);
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  return {
    method: request.method,
    url: pathname + search,
    headers:
      request.body && headers['content-length'] === undefined
        ? { ...headers, 'transfer-encoding': 'chunked' }
        : headers,
    encrypted: protocol === 'https:',
    // A Request does not know its socket; the server that made it notes the peer here.
    remoteAddress: headers['x-forwarded-for'] ?? '',
    signal: request.signal,
    readBody: limitBytes => readBody(request, limitBytes),
  };
}

async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const reader = request.body?.getReader();
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    bytes += step.value.byteLength;
    if (bytes > limitBytes) {
      await reader?.cancel();
      throw tooLarge(limitBytes);
    }
    chunks.push(step.value);
  }
  return Buffer.concat(chunks, bytes);
}

const tooLarge = (limitBytes: number) =>
  new ControlPlaneError('too-large', `The body is over ${limitBytes.toLocaleString('en')} bytes.`);
