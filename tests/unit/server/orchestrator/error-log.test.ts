import { describe, expect, it } from 'vitest';
import { ErrorLog, type LeftOut } from '@/lib/server/orchestrator/error-log';
import { createLogger } from '@/lib/telemetry/logger';
import { until } from '../../sdk/until';
import { startFakePlane } from './fake-plane';
import { startOrchestrator } from './start-orchestrator';

/** A log on a clock that the test moves. */
function open() {
  let nowMs = 5_000;
  const waits: { atMs: number; wake: () => void }[] = [];
  const lines: string[] = [];
  const leftOut: LeftOut[] = [];
  const log = new ErrorLog({
    onLine: line => lines.push(line),
    onLeftOut: each => leftOut.push(each),
    clock: {
      now: () => nowMs,
      sleep: (delayMs, signal) =>
        new Promise(resolve => {
          waits.push({ atMs: nowMs + delayMs, wake: resolve });
          signal?.addEventListener('abort', () => resolve(), { once: true });
        }),
    },
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    for (const { atMs, wake } of waits) if (atMs <= nowMs) wake();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { log, lines, leftOut, waits, pass };
}

describe('what is logged of stderr', () => {
  it('is every line at ordinary rates', async () => {
    const { log, lines, leftOut, waits, pass } = open();
    for (let second = 0; second < 60; second += 1) {
      for (let count = 0; count < 15; count += 1) log.push(`line ${count}`);
      await pass(1_000);
    }
    log.end();
    expect({ lines: lines.length, leftOut, waits }).toEqual({ lines: 900, leftOut: [], waits: [] });
  });

  it('is bounded in a flood, and says how much was left out', async () => {
    const { log, lines, leftOut, pass } = open();
    for (let count = 0; count < 100; count += 1) {
      for (let line = 0; line < 1_000; line += 1) log.push('xx');
      await pass(1_000);
    }
    log.end();
    // In 100 s 20 a second, and one word a window.
    expect(lines).toHaveLength(2_000);
    expect(leftOut).toEqual(Array.from({ length: 10 }, () => ({ lines: 9_800, characters: 19_600 })));
  });

  it('tells of a flood that is followed by silence, once, and lets the next line through', async () => {
    const { log, lines, leftOut, pass } = open();
    for (let line = 0; line < 201; line += 1) log.push('x');
    expect(leftOut).toEqual([]);
    await pass(10_000);
    expect(leftOut).toEqual([{ lines: 1, characters: 1 }]);
    log.push('later');
    log.end();
    expect(lines.at(-1)).toBe('later');
    expect(leftOut).toHaveLength(1);
  });

  it('tells at the end of the child what is not told yet, and holds no timer then', async () => {
    const { log, leftOut, pass } = open();
    for (let line = 0; line < 205; line += 1) log.push('x');
    log.end();
    await pass(10_000);
    expect(leftOut).toEqual([{ lines: 5, characters: 5 }]);
  });

  it('of a child that floods is a few lines, and the end of it all is still why it failed', async () => {
    const logged: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) };
    const plane = await startFakePlane();
    const log = createLogger({ name: 'test', destination });
    const orchestrator = await startOrchestrator(plane, 'seq 20000 | sed "s/^/line /" >&2; exit 9', { log });
    try {
      plane.put({});
      await until('the failure', () => plane.of('fail').length === 1);
      expect(plane.of('fail')[0]?.body['error']).toMatch(/line 20000$/);
      const shown = logged.filter(({ msg }) => msg === 'child');
      expect(shown.slice(0, 2)).toMatchObject([{ stderr: 'line 1' }, { stderr: 'line 2' }]);
      expect(shown.length).toBeLessThanOrEqual(1_000);
      const leftOut = logged.flatMap(line => (line['leftOut'] as LeftOut | undefined)?.lines ?? []);
      expect(leftOut.reduce((sum, lines) => sum + lines, shown.length)).toBe(20_000);
    } finally {
      await orchestrator.stop(AbortSignal.abort());
      await plane.server.close();
    }
  });
});
