import { afterEach, expect, it, vi } from 'vitest';
import { sendImport } from '@/app/(dashboard)/agents/send-import';
import { isSignedOut, troubleOf } from '@/app/_live/api';

const YAML = 'agentTypes:\n  - slug: "qa"\n';
const asked = vi.fn<typeof fetch>();
afterEach(() => vi.unstubAllGlobals());
function answer(status: number, body: object): void {
  asked.mockReset().mockImplementation(async () => Response.json(body, { status }));
  vi.stubGlobal('fetch', asked);
}

it.each([
  [true, '/api/agent-types/import?dryRun=1'],
  [false, '/api/agent-types/import'],
])('a document goes as it was written (checked only: %s)', async (dryRun, path) => {
  const report = { dryRun, items: [] };
  answer(200, report);
  expect(await sendImport(YAML, dryRun)).toEqual(report);
  const [url, init] = asked.mock.calls[0]!;
  expect(url).toBe(path);
  expect(init).toMatchObject({ method: 'POST', body: YAML, headers: { 'content-type': 'application/yaml' } });
});

it('a refusal is told as of any other call: who is signed out is known as such, the request by its id', async () => {
  answer(401, { code: 'unauthenticated', detail: 'Sign in.', requestId: 'r1' });
  const error = await sendImport(YAML, true).catch((refused: unknown) => refused);
  expect(isSignedOut(error)).toBe(true);
  expect(troubleOf(error)).toMatchObject({ detail: 'Sign in.', requestId: 'r1' });
});
