import { Agent, request } from 'node:http';

/** Kept alive, as every orchestrator keeps its own. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function postJson(url: string, token: string | null, body: unknown): Promise<{ status: number; body: unknown }> {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) }),
        );
      },
    );
    call.on('error', reject);
    call.end(payload);
  });
}
