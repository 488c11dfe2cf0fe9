import { MongoClient } from 'mongodb';
import type { Switchboard } from '../support/switchboard';

/** Work that comes to wait for a person, made as agents and orchestrators make it: over the API, with their keys. */

export interface Ask {
  question: string;
  options?: string[];
  default?: string;
  deadline?: string;
}

interface Claimed {
  id: string;
  epoch: number;
  key: string;
  threadId: string;
  taskId: string;
}

export function inboxWork(board: Switchboard, orchestratorToken: string) {
  const ok = async (method: string, path: string, body?: unknown, token = board.adminToken) => {
    const answer = await board.api(method, path, body, token);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  /** A task of its own thread, held by the orchestrator. */
  const claimTask = async (title: string, assignedTo: string, more: object = {}): Promise<Claimed> => {
    const { id: threadId } = await ok('POST', '/api/threads', { subject: title });
    const task = await ok('POST', '/api/tasks', { title, assignedTo, threadId, ...more });
    const body = { consumer: 'night-1', source: { kind: 'task', id: task.id } };
    const { dispatches } = await ok('POST', '/api/dispatches/claim', body, orchestratorToken);
    const [{ id, epoch, key }] = dispatches;
    return { id, epoch, key, threadId, taskId: task.id };
  };

  const report = async ({ key, taskId }: Claimed, body: object): Promise<{ id: string }> => {
    const response = await fetch(`${board.url}/api/reports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${orchestratorToken}`,
        'content-type': 'application/json',
        'x-dispatch-key': key,
      },
      body: JSON.stringify({ taskId, ...body }),
    });
    if (response.status !== 201) throw new Error(`report: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string };
  };

  return {
    ask: async (ask: Ask, assignedTo = 'research') => {
      const dispatch = await claimTask(`Look into: ${ask.question}`, assignedTo);
      const { id } = await report(dispatch, { kind: 'question', ...ask });
      return { ...dispatch, questionId: id };
    },
    block: async (reason: string, needs: string, assignedTo = 'engineering') => {
      const dispatch = await claimTask(`Cannot go on: ${reason}`, assignedTo);
      const { id } = await report(dispatch, { kind: 'blocker', reason, needs });
      return { ...dispatch, questionId: id };
    },
    /** An agent writes to people and goes on. */
    tell: async (body: string, agentType = 'design') => {
      const token = await board.tokenFor('agent', { agentType });
      return ok('POST', '/api/messages', { body, assignedTo: 'human' }, token);
    },
    /** It was told to stop and finished all the same. */
    comeBackLate: async (output: string, assignedTo = 'copywriting') => {
      const dispatch = await claimTask(`Write: ${output.slice(0, 20)}`, assignedTo);
      await ok('POST', `/api/dispatches/${dispatch.id}/cancel`);
      await ok('POST', `/api/dispatches/${dispatch.id}/complete`, { epoch: dispatch.epoch, output }, orchestratorToken);
      return dispatch;
    },
    die: async (title: string, error: string, assignedTo = 'qa') => {
      const dispatch = await claimTask(title, assignedTo);
      const body = { epoch: dispatch.epoch, error, retryable: false };
      await ok('POST', `/api/dispatches/${dispatch.id}/fail`, body, orchestratorToken);
      return dispatch;
    },
    endIncomplete: async (title: string, assignedTo = 'seo') => {
      const deliverables = [{ name: 'keyword list', description: 'A CSV of a hundred' }];
      const dispatch = await claimTask(title, assignedTo, { deliverables });
      const body = { epoch: dispatch.epoch, output: 'Found no tool to ask.' };
      await ok('POST', `/api/dispatches/${dispatch.id}/complete`, body, orchestratorToken);
      return dispatch;
    },
    insertRaw: async (document: object): Promise<string> => {
      const client = await MongoClient.connect(board.run.mongodbUri);
      try {
        const { insertedId } = await client
          .db(board.run.database)
          .collection('messages')
          .insertOne({ ...document });
        return insertedId.toHexString();
      } finally {
        await client.close();
      }
    },
  };
}
