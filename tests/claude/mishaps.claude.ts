import { createServer, connect, type Socket } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deferred } from '@/lib/kernel/deferred';
import { lateClock } from '../support/late-clock';
import { call, say, type Block } from './rig/model-server';
import type { AgentScript } from './rig/session-model';
import { atOnce, Stage } from './rig/stage';

/** What a long night brings, to the real client: nothing is lost, nothing is done twice. */

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.endSessions());
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

/** Each was done once, and said so once. */
async function expectDoneOnce(ids: string[], on = stage): Promise<void> {
  for (const [at, id] of ids.entries()) {
    expect(await on.replies(id)).toEqual([`done: task-${at}`]);
    expect(await on.dispatches(id)).toMatchObject([{ status: 'done', attempt: 1 }]);
  }
}
const sendMany = async (count: number, on = stage): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await on.send(`Do task-${at}`));
  return ids;
};
const allDone = (ids: string[], on = stage) =>
  on.until(async () => {
    const rows = await Promise.all(ids.map(id => on.message(id)));
    return rows.every(({ status }) => status === 'done');
  });

/** Stands between the session and the server, and cuts what runs through it. */
async function startProxy() {
  let target = { hostname: '', port: 0 };
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer(client => {
    if (!isOpen) return void client.destroy();
    const upstream = connect(target.port, target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aim: (url: string) => {
      const { hostname, port } = new URL(url);
      target = { hostname, port: Number(port) };
    },
    cut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => (isOpen = true),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Finds the answer where it stands, in the message that resumes it or in the thread it is given anew. */
const asks: AgentScript = ({ key, isResumed, results, said }) => {
  const told = /the third/.exec(said)?.[0];
  if (isResumed || told) return [say(`told: ${told ?? 'nothing'}`)];
  if (results.length > 0) return [say('asked')];
  return [call('mcp__switchboard__ask', { dispatch: key, question: 'Which?', to: 'human' })];
};

const slow: AgentScript = async turn => {
  await sleep(90_000);
  return atOnce(turn);
};

const handIns = (block: Block) => JSON.stringify(block).includes('done.mjs');

const repeats = (faithful: Block[]): Block[] =>
  faithful.flatMap(block =>
    block.type === 'tool_use' && block.name === 'Bash' ? [block, call('Bash', block.input)] : [block],
  );

const wrong = (faithful: Block[]): Block[] => faithful.toReversed();

describe('a session', () => {
  it('arms its doorbell again when the watch expires', async () => {
    const session = await stage.session(stage.project(), atOnce, { watchMs: 3_000 });
    await stage.until(async () => session.calls('Monitor').length >= 2);
    const ids = await sendMany(1);
    await allDone(ids);
    await expectDoneOnce(ids);
  });

  it('finds all of forty pieces of work that came while its connection was cut', { timeout: 240_000 }, async () => {
    const proxy = await startProxy();
    const apart = await Stage.open({ SWITCHBOARD_ALLOWED_HOSTS: new URL(proxy.url).host });
    proxy.aim(apart.board.url);
    await apart.set('research', { concurrency: 10 });
    const project = apart.project();
    for (const name of ['.claude/switchboard/connection.json', '.claude/settings.local.json']) {
      const path = join(project, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(apart.board.url, proxy.url));
    }
    await apart.listening(await apart.session(project, atOnce));
    proxy.cut();
    const ids = await sendMany(40, apart);
    proxy.mend();
    await allDone(ids, apart);
    await expectDoneOnce(ids, apart);
    expect(await apart.close()).toBe(0);
    proxy.stop();
  });

  it('shares the work with a second one at the same time', { timeout: 180_000 }, async () => {
    for (const project of [stage.project(), stage.project()]) {
      await stage.listening(await stage.session(project, atOnce));
    }
    const ids = await sendMany(8);
    await allDone(ids);
    await expectDoneOnce(ids);
  });

  it('that was killed is followed by one that takes the answer to the agent that waited', async () => {
    const project = stage.project();
    const first = await stage.listening(await stage.session(project, asks));
    const id = await stage.send('Ask somebody.');
    await stage.is(id, 'waiting');
    await stage.quiet(first);
    await first.kill();
    await stage.answer(id, 'the third');
    await stage.session(project, asks);
    await stage.is(id, 'done');
    expect(await stage.replies(id)).toEqual(['told: the third']);
    expect(await stage.dispatches(id)).toMatchObject([{ status: 'done', epoch: 2, attempt: 1 }]);
  });

  // A script of the killed session may still claim the answered question; its beat gives that back.
  it('that was killed in the midst of its turn is followed by one that has the answer too', async () => {
    const project = stage.project();
    const first = await stage.listening(await stage.session(project, asks));
    const id = await stage.send('Ask somebody.');
    await stage.is(id, 'waiting');
    await first.kill();
    await stage.answer(id, 'the third');
    await stage.session(project, asks);
    await stage.is(id, 'done');
    expect(await stage.replies(id)).toEqual(['told: the third']);
    const [last, ...before] = (await stage.dispatches(id)).toSorted((left, right) => right.epoch - left.epoch);
    expect(last).toMatchObject({ status: 'done', attempt: 1 });
    for (const { status } of before) expect(status).toBe('released');
  });

  it('keeps a lease of five seconds over a model turn of ninety', { timeout: 200_000 }, async () => {
    await stage.set('research', { thresholds: { leaseMs: 5_000 } });
    await stage.listening(await stage.session(stage.project(), slow));
    const id = await stage.send('Do task-0');
    await sleep(60_000);
    expect(await stage.message(id)).toMatchObject({ status: 'claimed' });
    await stage.is(id, 'done');
    expect(await stage.dispatches(id)).toMatchObject([{ status: 'done', epoch: 1, attempt: 1 }]);
    await stage.set('research', { thresholds: { leaseMs: 60_000 } });
  });

  it('drains when it is told to: what runs is handed in, nothing new is taken', async () => {
    const held = deferred<void>();
    const waits: AgentScript = async turn => {
      await held.promise;
      return atOnce(turn);
    };
    let isDraining = false;
    const session = await stage.listening(
      await stage.session(stage.project(), waits, {
        bend: faithful => {
          if (!isDraining) return faithful;
          const kept = faithful.filter(block => !/next\.mjs|watch\.mjs|status\.mjs/.test(JSON.stringify(block)));
          return kept.length > 0 ? kept : [say('draining')];
        },
      }),
    );
    const id = await stage.send('Do task-0');
    await stage.is(id, 'claimed');
    isDraining = true;
    session.type('Drain: take nothing new.');
    const later = await stage.send('Do task-1');
    held.resolve();
    await stage.is(id, 'done');
    expect(await stage.message(later)).toMatchObject({ status: 'queued' });
    await expectDoneOnce([id]);
    await stage.board.api('POST', `/api/messages/${later}/cancel`);
  });

  it('whose agent forgets its key is told what to send, and does nothing without it', async () => {
    const refusals: string[] = [];
    const forgetful: AgentScript = turn => {
      if (turn.results.length === 0) return [call('mcp__switchboard__report_progress', { percent: 5, state: 'begun' })];
      refusals.push(turn.results.join(' '));
      return atOnce(turn);
    };
    await stage.listening(await stage.session(stage.project(), forgetful));
    const ids = await sendMany(1);
    await allDone(ids);
    expect(refusals[0]).toMatch(/dispatch-key-required/);
    expect(refusals[0]).toMatch(/dispatch/);
    await expectDoneOnce(ids);
  });
});

describe('a model that', () => {
  const count = 4;

  it('forgets to hand in every other answer is reminded of it', { timeout: 180_000 }, async () => {
    let seen = 0;
    const forgets = (faithful: Block[]): Block[] => {
      const kept = faithful.filter(block => !handIns(block) || (seen += 1) % 2 === 0);
      return kept.length > 0 ? kept : [say('hm')];
    };
    await stage.listening(await stage.session(stage.project(), atOnce, { bend: forgets }));
    const ids = await sendMany(count);
    await allDone(ids);
    await expectDoneOnce(ids);
  });

  it('forgets to start an agent is given the work anew', { timeout: 180_000 }, async () => {
    const project = stage.project();
    const clock = lateClock(project);
    let forgot = false;
    const forgets = (faithful: Block[]): Block[] => {
      if (forgot || !faithful.some(block => block.type === 'tool_use' && block.name === 'Agent')) return faithful;
      forgot = true;
      return [say('hm')];
    };
    await stage.listening(await stage.session(project, atOnce, { bend: forgets, env: clock.env }));
    const [id] = (await sendMany(1)) as [string];
    await stage.until(async () => {
      const [row] = await stage.dispatches(id);
      if (!forgot || row === undefined) return false;
      return (await stage.board.api('GET', `/api/dispatches/${row.id}`)).body.times.lastHeartbeatAt !== null;
    });
    clock.makeLate();
    await stage.is(id, 'done');
    expect(await stage.replies(id)).toEqual(['done: task-0']);
    const rows = (await stage.dispatches(id)).toSorted((left, right) => left.epoch - right.epoch);
    expect(rows).toMatchObject([{ status: 'released' }, { status: 'done', attempt: 1 }]);
  });

  it('repeats every script does nothing twice', { timeout: 180_000 }, async () => {
    await stage.listening(await stage.session(stage.project(), atOnce, { bend: repeats }));
    const ids = await sendMany(count);
    await allDone(ids);
    await expectDoneOnce(ids);
  });

  it('does things in the wrong order loses nothing', { timeout: 180_000 }, async () => {
    const ids = await sendMany(count);
    await stage.session(stage.project(), atOnce, { bend: wrong });
    await allDone(ids);
    await expectDoneOnce(ids);
  });
});
