import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Collection, ObjectId } from 'mongodb';
import { sleep, summarise, type Sample } from '../clock';
import { postJson } from '../http-call';
import { withRig } from '../rig';
import { ms, type BenchEnv, type Rig, type Row, type RowResult } from '../row';
import type { BenchServer } from '../server';

/** From the call of insert to the sign that somebody heard: a line of the doorbell, a program that runs. */
const BAR_MS = 200;
const READY_WITHIN_MS = 30_000;
const HEARD_WITHIN_MS = 10_000;

/** The bell rings once in 2.5 s at most, so that it is asked this seldom. */
const BELL = { count: 20, everyMs: 2_700 };
const CHILD = { count: 100, everyMs: 100 };

export const wake: Row = {
  name: 'wake',
  title: 'From insert to a line of the doorbell, and to a program started',
  run: env => withRig({}, rig => measureAll(env, rig)),
};

async function measureAll(env: BenchEnv, rig: Rig): Promise<RowResult> {
  const messages = rig.client.db(rig.server.database).collection('messages');
  const bell: number[] = [];
  const child: number[] = [];
  for (let round = 0; round < env.rounds; round += 1) {
    bell.push(...(await doorbell(rig, messages, round)));
    child.push(...(await programs(rig, messages)));
    env.progress(`round ${round + 1}: bell ${told(summarise(bell))}, program ${told(summarise(child))}`);
  }
  const samples = { 'a line of the doorbell': summarise(bell), 'a program started': summarise(child) };
  return {
    figures: Object.entries(samples).map(([title, { p50, p99, count }]) => ({
      title: `insert → ${title}`,
      cells: { p50: ms(p50), p99: ms(p99), samples: String(count) },
    })),
    checks: Object.entries(samples).map(([title, { p99 }]) => ({
      title: `insert → ${title}, p99`,
      got: ms(p99),
      bar: `< ${BAR_MS} ms`,
      holds: p99 < BAR_MS,
    })),
    notes: [],
    samples,
  };
}

const told = ({ p50, p99 }: Sample): string => `${ms(p50)} / ${ms(p99)}`;

/** Lines of a process, with the wall-clock moment each came. */
class Lines {
  readonly seen: { text: string; atMs: number }[] = [];
  constructor(readonly child: ChildProcess) {
    let rest = '';
    child.stdout!.on('data', chunk => {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop()!;
      for (const text of parts) this.seen.push({ text, atMs: Date.now() });
    });
  }

  async end(): Promise<void> {
    const gone = new Promise(resolved => this.child.once('exit', resolved));
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null && this.child.signalCode === null) await gone;
  }
}

async function until(holds: () => boolean | Promise<boolean>, withinMs: number, what: string): Promise<void> {
  for (const endMs = Date.now() + withinMs; !(await holds());) {
    if (Date.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
}

const insert = async (messages: Collection): Promise<{ id: string; sentMs: number }> => {
  const _id = new ObjectId();
  const sentMs = Date.now();
  await messages.insertOne({ _id, assignedTo: 'research', body: 'wake up' });
  return { id: _id.toHexString(), sentMs };
};

/** Work left lying is rung for once more, and that ring would hold up the next. */
const cancel = ({ url, admin }: BenchServer, id: string) => postJson(`${url}/api/messages/${id}/cancel`, admin, {});

async function doorbell({ server }: Rig, messages: Collection, round: number): Promise<number[]> {
  const project = mkdtempSync(join(tmpdir(), 'switchboard-bench-bell-'));
  mkdirSync(join(project, '.git'));
  const script = resolve('orchestrator-skill/skills/orchestrator/scripts/watch.mjs');
  const env = { ...process.env, SWITCHBOARD_URL: server.url, SWITCHBOARD_TOKEN: server.token };
  const options = { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'] };
  // Its own consumer each round: one that resumed would first ring for all that the programs of the round before did,
  // and the first insert would fall into the 2.5 s that this ring keeps the bell still.
  const consumer = `bench-bell-${round}`;
  const lines = new Lines(spawn(process.execPath, [script, '--project', project, '--consumer', consumer], options));
  const latencies: number[] = [];
  try {
    // The first only shows that it listens.
    const first = await insert(messages);
    await until(() => lines.seen.length > 0, READY_WITHIN_MS, 'the bell rings');
    await cancel(server, first.id);
    for (let at = 0; at < BELL.count; at += 1) {
      await sleep(BELL.everyMs);
      const before = lines.seen.length;
      const { id, sentMs } = await insert(messages);
      await until(() => lines.seen.length > before, HEARD_WITHIN_MS, 'a line');
      latencies.push(lines.seen[before]!.atMs - sentMs);
      await cancel(server, id);
    }
  } finally {
    await lines.end();
    rmSync(project, { recursive: true, force: true });
  }
  return latencies;
}

/** Each program says, as its whole answer, when it began. */
async function programs({ server, client }: Rig, messages: Collection): Promise<number[]> {
  const env = { ...process.env, SWITCHBOARD_URL: server.url, SWITCHBOARD_TOKEN: server.token, LOG_LEVEL: 'error' };
  const args = ['--exec', 'date +%s%N', '--capacity', '8', '--consumer', 'bench-exec'];
  const script = join('dist', 'orchestrator.mjs');
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = new Lines(child);
  const rows = client.db(server.database).collection('messages');
  const begun = async (id: string): Promise<number | null> => {
    const reply = await rows.findOne({ inReplyTo: new ObjectId(id) });
    return reply === null ? null : Number(reply['body']) / 1e6;
  };
  try {
    const first = await insert(messages);
    await until(async () => (await begun(first.id)) !== null, READY_WITHIN_MS, 'the first program ran');
    const sent: { id: string; sentMs: number }[] = [];
    for (let at = 0; at < CHILD.count; at += 1) {
      sent.push(await insert(messages));
      await sleep(CHILD.everyMs);
    }
    const latencies: number[] = [];
    for (const { id, sentMs } of sent) {
      await until(async () => (await begun(id)) !== null, HEARD_WITHIN_MS, 'its program ran');
      latencies.push((await begun(id))! - sentMs);
    }
    return latencies;
  } finally {
    await lines.end();
  }
}
