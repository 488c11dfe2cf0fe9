import { rmSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { ClaudeSession, makeProject, scriptsOf } from './rig/claude-session';
import { call, say } from './rig/model-server';
import { sessionModel, type AgentScript } from './rig/session-model';

/** From an insert by a driver to the answer in the thread, through the real Claude Code and its subagents. */

let board: Switchboard;
let project: string;
let session: ClaudeSession | undefined;
let client: MongoClient;
beforeAll(async () => {
  board = await startSwitchboard();
  client = await new MongoClient(board.run.mongodbUri).connect();
  project = makeProject(board);
});
afterEach(async () => {
  await session?.end();
  session = undefined;
});
afterAll(async () => {
  await client.close();
  expect(await board.stop()).toBe(0);
  rmSync(project, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

const STEP_MS = 60_000;
const waitFor = (holds: () => Promise<boolean>) =>
  until(holds, STEP_MS).catch(error => {
    throw new Error(`${String(error)}\n${session!.story()}`);
  });

/** Asks a person, stops, and answers with what it was told. */
const asks: AgentScript = ({ key, isResumed, results, said }) => {
  if (isResumed) return [say(`The answer was: ${/the second/.exec(said)?.[0] ?? 'none'}.`)];
  if (results.length === 0)
    return [call('mcp__switchboard__ask', { dispatch: key, question: 'Which of the two?', to: 'human' })];
  return [say('asked')];
};

describe('the skill in the real client', () => {
  it('is rung for an insert, claims it, asks, relays the answer, and hands in the result', async () => {
    const { body: type } = await board.api('GET', '/api/agent-types/research');
    await board.api('PATCH', '/api/agent-types/research', { model: 'haiku', revision: type.revision });
    session = await ClaudeSession.start(
      project,
      sessionModel(() => scriptsOf(project), asks),
    );
    await waitFor(async () => session!.calls('Monitor').length > 0);
    const { insertedId } = await client
      .db(board.run.database)
      .collection('messages')
      .insertOne({ assignedTo: 'research', body: 'Compare the two offers.' });
    const id = insertedId.toHexString();
    const messages = async () => (await board.api('GET', `/api/messages?threadId=${id}`)).body.items;
    await waitFor(async () => (await messages()).some((one: { kind: string }) => one.kind === 'question'));
    const question = (await messages()).find((one: { kind: string }) => one.kind === 'question');
    await waitFor(async () => (await board.api('GET', `/api/messages/${id}`)).body.status === 'waiting');
    await board.api('POST', `/api/threads/${id}/messages`, { body: 'the second', inReplyTo: question.id });
    await waitFor(async () => (await board.api('GET', `/api/messages/${id}`)).body.status === 'done');

    const answer = (await messages()).find(
      (one: { inReplyTo: string; from: { kind: string } }) => one.inReplyTo === id && one.from.kind === 'agent',
    );
    expect(answer).toBeDefined();
    const bodies = (await messages()).map((one: { body: string }) => one.body);
    expect(bodies).toContain('The answer was: the second.');
    const { body } = await board.api('GET', `/api/dispatches?sourceId=${id}`);
    expect(body.items).toMatchObject([{ status: 'done', epoch: 2, attempt: 1 }]);
    const { ledger } = (await board.api('GET', `/api/messages/${id}`)).body;
    for (const step of ['storedAt', 'claimedAt', 'firstHeartbeatAt', 'doneAt']) expect(ledger[step]).toMatch(/Z$/);
    // The type's model and prompt; the answer came by SendMessage to the same agent.
    const ofAgents = session.model.requests.filter(({ request }) =>
      JSON.stringify(request.messages[0]).includes('Your handles'),
    );
    expect(ofAgents.every(({ request }) => request.model.includes('haiku'))).toBe(true);
    expect(JSON.stringify(ofAgents[0]!.request.messages)).toContain('Compare the two offers.');
    expect(session.calls('SendMessage')).toHaveLength(1);
    expect(session.calls('Agent')).toHaveLength(1);
    expect(session.lines.filter(({ subtype }) => subtype === 'permission_denied')).toEqual([]);
  });
});
