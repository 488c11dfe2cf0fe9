import { randomUUID } from 'node:crypto';
import { ObjectId } from 'mongodb';
import { callTool } from '../rig/agent-call';
import { Claimer } from '../rig/claimer';
import { allDone, cutOff, dieAt, type Seam } from '../rig/crash';
import { claimErrand, ERRANDS, sendErrand } from '../rig/errand';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

/** The rig's lease, and the time in which a sweep finds what no wake-up reached. */
const ENDS_WITHIN_MS = 5_000 + 2_000;
/** Little: what is measured is what becomes of the work that was cut off, not how fast a queue drains. */
const LOAD = { perSecond: 5, threads: 4 };
const MCP_UP_WITHIN_MS = 10_000;
/** From its claim on: by the clock of the run's start it was over when a slow run came here. */
const HELD_MS = 600_000;

interface Errand {
  id: string;
  epoch: number;
  token: string;
  /** What its failure asks for its account. */
  heldUntil: string;
}

/** Claims an errand, and does with its dispatch what leads to the seam. */
const errand = (at: string, act?: (rig: Rig, errand: Errand) => Promise<unknown>, after?: typeof act): Seam => {
  let claimed: Promise<Errand> | null = null;
  let begun: Promise<unknown> | null = null;
  return {
    at,
    lead: rig => (begun ??= (claimed ??= claim(rig)).then(own => act?.(rig, own))),
    after: async rig => after?.(rig, await claimed!),
  };
};

/** Under a token whose label, and so whose account, nobody else has: it is going to be held. */
async function claim(rig: Rig): Promise<Errand> {
  const { body } = await rig.board.call('POST', '/api/tokens', {
    role: 'orchestrator',
    label: `errand ${randomUUID()}`,
  });
  const token = body.token as string;
  const { id, epoch } = await claimErrand(rig, await sendErrand(rig), token);
  return { id, epoch, token, heldUntil: new Date(Date.now() + HELD_MS).toISOString() };
}

const release = (rig: Rig, { id, epoch, token }: Errand) =>
  rig.board.call('POST', `/api/dispatches/${id}/release`, { epoch }, { token });

const fail = (rig: Rig, { id, epoch, token, heldUntil }: Errand) => {
  const input = { epoch, error: 'over its limit', retryable: true, retryNotBefore: heldUntil };
  return rig.board.call('POST', `/api/dispatches/${id}/fail`, input, { token });
};

/** Whoever heard no answer says it again, and then the account is held as it asked. */
async function failAgain(rig: Rig, own: Errand): Promise<void> {
  const { status } = await fail(rig, own);
  const { token } = own;
  const again = await rig.board.call('POST', '/api/dispatches/claim', { consumer: 'errands' }, { token });
  if (status === 200 && again.body.reason === 'held') return;
  throw new Error(`the repeated fail answered ${status}, and the next claim ${JSON.stringify(again.body)}`);
}

/** A raw message with a thread of its own, and one more in it; nobody claims them, so they are taken up in batches. */
const insertRaw = (isFollowedBy: boolean) => {
  let inserted: Promise<unknown> | null = null;
  return (rig: Rig) => (inserted ??= insert(rig, isFollowedBy));
};

async function insert(rig: Rig, isFollowedBy: boolean): Promise<void> {
  const [line] = rig.lines;
  const threadId = new ObjectId();
  for (const [at, _id] of [threadId, ...(isFollowedBy ? [new ObjectId()] : [])].entries()) {
    const sentAtMs = Date.now();
    await line!.producer.keep({ _id, assignedTo: ERRANDS, threadId, body: `raw ${at}` });
    rig.ledger.add({ kind: 'acked', id: String(_id), thread: String(threadId), number: at + 1, sentAtMs });
  }
}

/** A dispatch that asked and was answered: it is resumed by the next claim. */
export const asked: string[] = [];
const resumed = () => {
  let begun: Promise<void> | null = null;
  return async (rig: Rig) => {
    const token = await rig.board.token('orchestrator');
    await (begun ??= ask(rig, token).then(id => answer(rig, id)));
    await rig.board.call('POST', '/api/dispatches/claim', { consumer: 'errands', agentTypes: [ERRANDS] }, { token });
  };
};

async function ask(rig: Rig, token: string): Promise<string> {
  const id = await sendErrand(rig, { isJudgedHere: true });
  const { key } = await claimErrand(rig, id, token);
  asked.push(id);
  const question = { dispatch: key, question: 'which of the two?' };
  let why: unknown;
  const isTaken = async () => {
    try {
      await callTool(rig.board, token, 'ask', question);
      return true;
    } catch (error) {
      why = error;
      return false;
    }
  };
  await until(isTaken, MCP_UP_WITHIN_MS, () => `the question is taken: ${String(why)}`);
  return id;
}

async function answer(rig: Rig, threadId: string): Promise<void> {
  const { status } = await rig.board.call('POST', `/api/threads/${threadId}/messages`, { body: 'the first' });
  if (status !== 201) throw new Error(`the answer was not taken: ${status}`);
}

const seams = (): Seam[] => [
  { at: 'adopt:after-thread', lead: insertRaw(false) },
  { at: 'adopt:after-place', lead: insertRaw(true) },
  { at: 'claim:after-dispatch' },
  { at: 'claim:after-work' },
  { at: 'complete:after-outcome' },
  { at: 'complete:after-reply' },
  { at: 'settle:before-mark' },
  { at: 'complete:before-answer' },
  errand('fail:after-outcome', fail, failAgain),
  errand('release:after-outcome', release),
  errand('lapse:after-outcome'),
  { at: 'resume:after-dispatch', lead: resumed() },
];

export const crashWeb = scenario({
  name: 'crash-web',
  title: 'web dies by kill -9 at each seam between two writes, the answer to a complete among them',
  bars: { seams: { least: seams().length }, endedAfterMs: { most: ENDS_WITHIN_MS } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    await rig.prepareType(ERRANDS);
    const line = await rig.startLine({ producer: LOAD, claimer: { agentTypes: ['research'] } });
    asked.length = 0;
    let endedAfterMs = 0;
    let crashed = 0;
    for (const seam of shuffled(seams(), rig)) {
      endedAfterMs = Math.max(endedAfterMs, await crashAndEnd(rig, seam));
      crashed += 1;
    }
    await line.drain();
    await judgeAsked(rig);
    return { seams: crashed, endedAfterMs };
  },
});

function shuffled<T>(items: T[], { random }: Rig): T[] {
  return items
    .map(item => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

async function crashAndEnd(rig: Rig, seam: Seam): Promise<number> {
  const { web } = rig.board;
  await dieAt(rig, web, seam);
  const ids = await cutOff(rig);
  web.start();
  await rig.board.waitUntilReady(web);
  const sinceMs = Date.now();
  const { ledger, random } = rig;
  const token = await rig.board.token('orchestrator');
  const name = `errands-${seam.at.replace(':', '-')}`;
  const claimer = new Claimer({ name, url: web.url, token, ledger, random, agentTypes: [ERRANDS] });
  try {
    await seam.after?.(rig);
    const endedAfterMs = await allDone(rig, ids, sinceMs);
    rig.ledger.add({ kind: 'note', what: `${seam.at}: ${ids.length} cut off, all done ${endedAfterMs} ms after` });
    return endedAfterMs;
  } finally {
    await claimer.stop();
  }
}

/** Whoever asked asked once, and its work has one outcome and one reply all the same. */
async function judgeAsked(rig: Rig): Promise<void> {
  for (const id of asked) {
    const inReplyTo = new ObjectId(id);
    const replies = await rig.db.collection('messages').find({ inReplyTo }).toArray();
    const kinds = replies
      .map(({ kind }) => String(kind))
      .sort()
      .join(' ');
    const done = await rig.db.collection('dispatches').countDocuments({ 'source.id': inReplyTo, status: 'done' });
    if (kinds !== 'message question' || done !== 1) throw new Error(`${id} has ${kinds}, ${done} outcomes`);
  }
}
