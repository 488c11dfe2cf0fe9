import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, say } from './rig/model-server';
import type { AgentScript } from './rig/session-model';
import { Stage } from './rig/stage';

/** From an insert by a driver to the answer in the thread, through the real Claude Code and its subagents. */

let stage: Stage;
let client: MongoClient;
beforeAll(async () => {
  stage = await Stage.open();
  client = await new MongoClient(stage.board.run.mongodbUri).connect();
});
afterEach(() => stage.endSessions());
afterAll(async () => {
  await client.close();
  expect(await stage.close()).toBe(0);
});

/** Asks a person, stops, and answers with what it was told. */
const asks: AgentScript = ({ key, isResumed, results, said }) => {
  if (isResumed) return [say(`The answer was: ${/the second/.exec(said)?.[0] ?? 'none'}.`)];
  if (results.length > 0) return [say('asked')];
  return [call('mcp__switchboard__ask', { dispatch: key, question: 'Which of the two?', to: 'human' })];
};

/** Slow to end its turn, so that the answer is there before. */
const asksSlowly: AgentScript = async turn => {
  if (!turn.isResumed && turn.results.length > 0) await sleep(10_000);
  return asks(turn);
};

describe('the skill in the real client', () => {
  it('relays an answer that comes before the turn ends in which it was asked for', async () => {
    const session = await stage.listening(await stage.session(stage.project(), asksSlowly));
    const messages = client.db(stage.board.run.database).collection('messages');
    const { insertedId } = await messages.insertOne({ assignedTo: 'research', body: 'Compare the two offers.' });
    const id = insertedId.toHexString();
    await stage.is(id, 'waiting');
    await stage.answer(id, 'the second');
    await stage.is(id, 'done');
    expect(await stage.replies(id)).toEqual(['The answer was: the second.']);
    expect(await stage.dispatches(id)).toMatchObject([{ status: 'done', epoch: 2, attempt: 1 }]);
    expect([session.calls('Agent').length, session.calls('SendMessage').length]).toEqual([1, 1]);
  });

  it('is rung for an insert, claims it, asks, relays the answer, and hands in the result', async () => {
    await stage.set('research', { model: 'haiku' });
    const session = await stage.listening(await stage.session(stage.project(), asks));
    const messages = client.db(stage.board.run.database).collection('messages');
    const { insertedId } = await messages.insertOne({ assignedTo: 'research', body: 'Compare the two offers.' });
    const id = insertedId.toHexString();
    await stage.is(id, 'waiting');
    await stage.answer(id, 'the second');
    await stage.is(id, 'done');

    expect(await stage.replies(id)).toEqual(['The answer was: the second.']);
    expect(await stage.dispatches(id)).toMatchObject([{ status: 'done', epoch: 2, attempt: 1 }]);
    const { ledger } = (await stage.board.api('GET', `/api/messages/${id}`)).body;
    for (const step of ['storedAt', 'claimedAt', 'firstHeartbeatAt', 'doneAt']) expect(ledger[step]).toMatch(/Z$/);

    // The type's model and prompt; the answer came by SendMessage to the same agent; nothing had to be allowed.
    const agents = session.model.requests.filter(({ request }) =>
      JSON.stringify(request.messages[0]).includes('Your handles'),
    );
    expect(agents.every(({ request }) => request.model.includes('haiku'))).toBe(true);
    expect(JSON.stringify(agents[0]!.request.messages)).toContain('Compare the two offers.');
    expect([session.calls('Agent').length, session.calls('SendMessage').length]).toEqual([1, 1]);
    expect(session.lines.filter(({ subtype }) => subtype === 'permission_denied')).toEqual([]);
  });
});
