import type { ServerResponse } from 'node:http';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { openSse, sendJson, sseEvent, startTestServer, type TestServer } from '../../sdk/test-server';

export interface Call {
  verb: string;
  id: string;
  body: Record<string, unknown>;
}

/** A plane of one queue over real HTTP: what is put in is claimed once, and every call about it is kept. */
export interface FakePlane {
  server: TestServer;
  calls: Call[];
  claims: number;
  /** Makes work due; `announce` also sends the event. */
  put(dispatch: Partial<Dispatch>, announce?: boolean): Dispatch;
  emit(type: string, data: Record<string, unknown>): void;
  /** How verbs are answered from now on; undefined = the usual way. */
  answer: (call: Call) => { status: number; body: unknown } | 'hang up' | 'nothing' | undefined;
  /** Running dispatches that a list shows. */
  strays: { id: string; epoch: number }[];
  of(verb: string): Call[];
}

let made = 0;
const hexId = (): string => (made += 1).toString(16).padStart(24, '6');

export function makeDispatch(values: Partial<Dispatch>): Dispatch {
  return {
    id: hexId(),
    epoch: 1,
    key: `dk_${'k'.repeat(32)}`,
    leaseUntil: '2026-11-21T00:01:00.000Z',
    leaseMs: 60_000,
    attempt: 1,
    mode: 'start',
    agentId: null,
    agentType: { slug: 'research', revision: 1, model: 'inherit', thinking: 'off', tools: [], systemPrompt: '' },
    source: { kind: 'message', id: hexId() },
    thread: null,
    context: [],
    prompt: 'Count to three.',
    timings: { storedAt: null, streamedAt: null, claimedAt: '2026-11-21T00:00:00.000Z' },
    ...values,
  };
}

export async function startFakePlane(): Promise<FakePlane> {
  const due: Dispatch[] = [];
  const streams = new Set<ServerResponse>();
  let position = 0;

  const server = await startTestServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    if (path === '/api/events') {
      openSse(response);
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    if (path.startsWith('/api/consumers/')) {
      if (plane.answer({ verb: 'ack', id: '', body: {} }) === 'nothing') return;
      return void response.writeHead(204).end();
    }
    if (path === '/api/dispatches') {
      if (plane.answer({ verb: 'list', id: '', body: {} }) === 'hang up') return void response.destroy();
      return sendJson(response, 200, { items: plane.strays, nextCursor: null });
    }
    const [, , , id = '', verb = ''] = path.split('/');
    const body = JSON.parse(request.body || '{}') as Record<string, unknown>;
    const call: Call = { verb: id === 'claim' ? 'claim' : verb, id, body };
    const answer = plane.answer(call);
    if (answer === 'hang up') return void response.destroy();
    if (answer === 'nothing') return;
    if (call.verb !== 'claim') plane.calls.push(call);
    if (answer) return sendJson(response, answer.status, answer.body);
    if (call.verb === 'claim') {
      plane.claims += 1;
      return sendJson(response, 200, { dispatches: due.splice(0, body['max'] as number) });
    }
    sendJson(response, 200, {
      id,
      epoch: body['epoch'],
      status: verb === 'heartbeat' ? 'running' : 'done',
      leaseUntil: null,
      cancelRequested: false,
      progress: null,
    });
  });
  const plane: FakePlane = {
    server,
    calls: [],
    claims: 0,
    strays: [],
    answer: () => undefined,
    put: (values, announce = true) => {
      const dispatch = makeDispatch(values);
      due.push(dispatch);
      if (announce) plane.emit('message-created', { id: dispatch.source.id, assignedTo: dispatch.agentType.slug });
      return dispatch;
    },
    emit: (type, data) => {
      position += 1;
      const frame = sseEvent(`p${position}`, type, { tenantId: 'default', at: '2026-11-21T00:00:00.000Z', ...data });
      for (const stream of streams) stream.write(frame);
    },
    of: verb => plane.calls.filter(call => call.verb === verb),
  };
  return plane;
}
