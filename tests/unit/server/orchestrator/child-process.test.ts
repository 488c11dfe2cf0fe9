import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadText } from '@/lib/server/orchestrator/bounded-text';
import { startChild } from '@/lib/server/orchestrator/child-process';
import { GUARD_SCRIPT, OrphanGuard } from '@/lib/server/orchestrator/orphan-guard';
import { isGroupAlive } from '@/lib/server/orchestrator/process-group';
import { until } from '../../sdk/until';

const guard = new OrphanGuard();
beforeAll(() => guard.start());
afterAll(() => guard.stop());

const run = (command: string, stdin = '', maxOutputCharacters = 1_000) => {
  const lines: string[] = [];
  const env = { PATH: process.env['PATH'], GREETING: 'hello' };
  const child = startChild(
    { command, args: ['a b', "it's"], env, stdin, output: new HeadText(maxOutputCharacters) },
    guard,
    line => lines.push(line),
  );
  return { child, lines };
};

describe('child process', () => {
  it('gets its input, environment and arguments, and gives output, code and the end of stderr', async () => {
    const { child, lines } = run('cat; echo "$GREETING $1 $2"; echo oops >&2; exit 3', 'input\n');
    const end = await child.ended;
    expect(end).toMatchObject({ code: 3, output: "input\nhello a b it's\n", errorTail: 'oops', started: true });
    expect(lines).toEqual(['oops']);
  });

  it('may leave its input unread, however large', async () => {
    const { child } = run('echo done', 'x'.repeat(5_000_000));
    expect(await child.ended).toMatchObject({ code: 0, output: 'done\n' });
  });

  it('has its output cut at the limit, and says so', async () => {
    const { child } = run('head -c 100000 /dev/zero | tr "\\0" "é"', '', 1_000);
    const { output } = await child.ended;
    expect(output.length).toBeLessThanOrEqual(1_000);
    expect(output).toContain('truncated');
  });

  it('keeps the sign of a character that its end cut off, on stdout and stderr', async () => {
    const { child, lines } = run(`printf 'caf\\303'; printf 'caf\\303' >&2; exit 1`);
    expect(await child.ended).toMatchObject({ output: 'caf\ufffd', errorTail: 'caf\ufffd' });
    expect(lines).toEqual(['caf\ufffd']);
  });

  it('takes along what it started when it is stopped', async () => {
    const { child } = run('sleep 300 & (sleep 300) & wait');
    child.stop(2_000);
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' });
    await child.gone;
    expect(isGroupAlive(child.pid as number)).toBe(false);
  });

  it('is killed when it does not listen', async () => {
    const { child, lines } = run(`trap '' TERM; echo ready >&2; while :; do sleep 0.05; done`);
    await until('the trap is set', () => lines.length === 1);
    child.stop(300);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    await child.gone;
    expect(isGroupAlive(child.pid as number)).toBe(false);
  });

  it('ends when the program ends, though something it left behind holds the pipe; that goes too', async () => {
    const { child } = run('sleep 300 & echo answer');
    const startMs = Date.now();
    expect(await child.ended).toMatchObject({ code: 0, output: 'answer\n' });
    expect(Date.now() - startMs).toBeLessThan(5_000);
    await child.gone;
    expect(isGroupAlive(child.pid as number)).toBe(false);
  });

  it('has all that was written in time, though this process was held up until the time was over', async () => {
    const { child } = run('(sleep 0.15; echo more >&2; echo more) & echo answer');
    await until('the program is over', () => child.hasExited);
    // What follows this is timers, then pipes.
    await new Promise(resolve => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    expect(await child.ended).toMatchObject({ output: 'answer\nmore\n', errorTail: 'more' });
    await child.gone;
  });

  it('runs nothing before the guard knows its group', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-gate-'));
    const marker = join(folder, 'ran');
    let ranUnguarded: boolean | undefined;
    class SlowGuard extends OrphanGuard {
      override add(): void {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        ranUnguarded = existsSync(marker);
      }
    }
    const child = startChild(
      { command: `: > ${marker}`, args: [], env: {}, stdin: '', output: new HeadText(10) },
      new SlowGuard(),
      () => undefined,
    );
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(ranUnguarded).toBe(false);
    expect(existsSync(marker)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('hands over an endless line of stderr in pieces', async () => {
    const { child, lines } = run('head -c 10000 /dev/zero | tr "\\0" "x" >&2');
    await child.ended;
    expect(lines.map(line => line.length)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
  });
});

const waits = (name: string) => `const { spawn } = require('node:child_process');
  const child = spawn('/bin/sh', ['-c', ${JSON.stringify(name)}], { detached: true, stdio: 'ignore' });
  process.stdout.write(child.pid + '\\n');
  setInterval(() => {}, 1000);`;

describe('orphan guard', () => {
  it.each([
    ['listens to SIGTERM', 'sleep 300 & sleep 300'],
    ['does not', `trap '' TERM; while :; do sleep 0.05; done`],
  ])('stops a group that %s when the pipe closes', async (_title, command) => {
    const other = spawn(process.execPath, ['-e', waits(command)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(other.stdout, 'data')) as [Buffer];
    const group = Number(line.toString());
    const shell = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { stdio: ['pipe', 'ignore', 'inherit'] });
    shell.stdin.write('add 99999999\nremove 99999999\n');
    shell.stdin.write(`add ${group}\n`);
    expect(isGroupAlive(group)).toBe(true);
    shell.stdin.end();
    await until('the group is gone', () => !isGroupAlive(group), 8_000);
    other.kill('SIGKILL');
  });
});
