import { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { HeadText } from '@/lib/server/orchestrator/bounded-text';
import { shellProgram } from '@/lib/server/orchestrator/program';
import { until } from '../../sdk/until';
import { startFakePlane, type FakePlane } from './fake-plane';
import { startOrchestrator } from './start-orchestrator';

let plane: FakePlane;
beforeEach(async () => {
  plane = await startFakePlane();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await plane.server.close();
});

/** Two come with one claim; the command of the first cannot be started, which must be all that is amiss. */
async function isGivenBack(hopeless: string): Promise<void> {
  const start = ({ prompt }: Dispatch) => ({
    command: prompt === 'first' ? hopeless : 'echo ok',
    args: [],
    stdin: '',
    output: new HeadText(100),
  });
  const orchestrator = await startOrchestrator(plane, '', { program: { ...shellProgram(''), start } });
  try {
    const first = plane.put({ prompt: 'first' }, false);
    const second = plane.put({ prompt: 'second' });
    await until('the second is done', () => plane.of('complete').length === 1);
    expect(plane.of('complete')[0]?.id).toBe(second.id);
    await until('the first is given back', () => plane.of('release').length === 1);
    expect(plane.of('release')[0]).toMatchObject({ id: first.id, body: { epoch: 1 } });
    expect(plane.of('fail')).toEqual([]);
    plane.put({ prompt: 'third' });
    await until('it goes on', () => plane.of('complete').length === 2);
  } finally {
    await orchestrator.stop(AbortSignal.abort());
  }
}

it('gives back what the system refuses to start, and goes on with the others', async () => {
  await isGivenBack(`: ${'x'.repeat(8_000_000)}`);
});

it('does so too when no descriptor is left', async () => {
  const prototype = ChildProcess.prototype as unknown as { spawn(options: { args: string[] }): number };
  const spawn = prototype.spawn;
  // As Node does it: no pipes are made, and the error is told in the next tick.
  vi.spyOn(prototype, 'spawn').mockImplementation(function (this: ChildProcess, options) {
    if (!options.args.includes(': starved')) return spawn.call(this, options);
    process.nextTick(() => this.emit('error', new Error('spawn EMFILE')));
    return -24;
  });
  await isGivenBack(': starved');
});
