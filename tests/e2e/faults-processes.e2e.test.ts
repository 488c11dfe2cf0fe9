import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { startOrchestrator, stopOrchestrators } from './orchestrator-process';

/** The short form of what `npm run test:faults` does to processes. */

let board: Switchboard;
beforeAll(async () => {
  board = await startSwitchboard();
});
afterEach(stopOrchestrators);
afterAll(async () => {
  expect(await board?.stop()).toBe(0);
  rmSync(marks, { recursive: true, force: true });
});

const LEASE_MS = 2_000;
/** It says in a file that it runs, with all of its input read: frozen before that, its orchestrator never lets it begin. */
const marks = mkdtempSync(join(tmpdir(), 'switchboard-marks-'));
const PROGRAM = `cat >/dev/null; touch ${marks}/$SWITCHBOARD_DISPATCH_ID; sleep 1; echo "by $SWITCHBOARD_DISPATCH_ID"`;

interface Row {
  id: string;
  status: string;
  epoch: number;
  output: string | null;
  lateOutput: { output: string } | null;
}
const dispatchesOf = async (id: string): Promise<Row[]> =>
  (await board.api('GET', `/api/dispatches?sourceId=${id}`)).body.items;

describe('an orchestrator frozen past its lease', () => {
  it('is refused when it runs again; its output is kept, and the work has one outcome', async () => {
    const { body: type } = await board.api('GET', '/api/agent-types/research');
    const short = { thresholds: { leaseMs: LEASE_MS }, revision: type.revision };
    expect((await board.api('PATCH', '/api/agent-types/research', short)).status).toBe(200);

    const frozen = startOrchestrator(board, ['--exec', PROGRAM, '--consumer', 'frozen']);
    const { id } = (await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'hello' })).body;
    await until(async () => (await dispatchesOf(id)).length > 0, 15_000);
    const [late] = await dispatchesOf(id);
    await until(() => existsSync(join(marks, late!.id)), 5_000);
    // Its program goes on and ends, and nobody hears of it.
    frozen.child.kill('SIGSTOP');
    startOrchestrator(board, ['--exec', PROGRAM, '--consumer', 'other']);
    await until(async () => (await board.api('GET', `/api/messages/${id}`)).body.status === 'done', 20_000);

    frozen.child.kill('SIGCONT');
    const refused = () => frozen.lines().some(({ msg, code }) => msg === 'complete' && code === 'stale-epoch');
    await until(refused, 10_000);
    const rows = await dispatchesOf(id);
    expect(rows.map(({ status, epoch }) => ({ status, epoch })).toSorted((a, b) => a.epoch - b.epoch)).toEqual([
      { status: 'lapsed', epoch: 1 },
      { status: 'done', epoch: 2 },
    ]);
    expect(rows.find(row => row.id === late!.id)?.lateOutput?.output).toBe(`by ${late!.id}`);
    const { items } = (await board.api('GET', `/api/messages?threadId=${id}`)).body as {
      items: { inReplyTo: string | null; body: string }[];
    };
    expect(items.filter(({ inReplyTo }) => inReplyTo === id).map(({ body }) => body)).toEqual([
      `by ${rows.find(({ status }) => status === 'done')!.id}`,
    ]);
  });
});
