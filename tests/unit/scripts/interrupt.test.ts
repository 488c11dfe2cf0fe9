import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const INTERRUPT = resolve('scripts/bootstrap/interrupt.mjs');

/** A process that has prepared and takes over as `takeOver` says, sent SIGTERM once it has said so. */
async function terminated(takeOver: string): Promise<unknown> {
  const script = `const { prepareThen } = await import(${JSON.stringify(INTERRUPT)});
    await prepareThen(async () => {}, async () => { ${takeOver}; console.log('taken over'); setInterval(() => {}, 1e5); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return (await ended)[0];
}

describe('SIGTERM to a server', () => {
  test('that is still being loaded ends it as one that stopped when asked', async () => {
    expect(await terminated('')).toBe(0);
  });

  test('that listens to signals is its own', async () => {
    expect(await terminated("process.on('SIGTERM', () => process.exit(7))")).toBe(7);
  });
});
