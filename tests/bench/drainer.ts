import { nowMs } from './clock';
import { postJson } from './http-call';

/** As many as one claim or completion may carry. */
export const BATCH = 100;
/** A claim that came back empty asks again this soon: another client may have been first at everything it saw. */
const AGAIN_AFTER_MS = 2;
/** Without a single claim for this long the rest will never come. */
const GIVE_UP_AFTER_MS = 20_000;

export interface DrainerOrders {
  url: string;
  token: string;
  clients: number;
  /** How many there are to drain. */
  count: number;
}

export interface Drained {
  /** Work items in the order they were handed over. */
  claimed: string[];
  /** What claims asked for while there was enough for all of them, and how much of it they did not get: lost races. */
  asked: number;
  missing: number;
  refused: number;
  claimMs: number[];
  completeMs: number[];
  beganMs: number;
  endedMs: number;
}

interface Claimed {
  dispatches: { id: string; epoch: number; source: { id: string } }[];
}

/** A client process with so many orchestrators in it: claim a hundred, complete a hundred, until all is done. */
export async function runDrainer(orders: DrainerOrders, say: (message: object) => void): Promise<void> {
  process.once('message', () => void drain(orders).then(say));
  process.once('disconnect', () => process.exit(0));
  say({ ready: true });
}

async function drain({ url, token, clients, count }: DrainerOrders): Promise<Drained> {
  const drained: Drained = {
    claimed: [],
    asked: 0,
    missing: 0,
    refused: 0,
    claimMs: [],
    completeMs: [],
    beganMs: nowMs(),
    endedMs: 0,
  };
  let lastWonMs = nowMs();
  let done = 0;
  let askingFor = 0;
  const orchestrator = async (n: number): Promise<void> => {
    while (drained.claimed.length < count && nowMs() - lastWonMs < GIVE_UP_AFTER_MS) {
      const askedMs = nowMs();
      askingFor += BATCH;
      // Also for the others, who may come again before this one is served.
      const isEnough = count - drained.claimed.length >= askingFor + clients * BATCH;
      const { dispatches } = await post<Claimed>('claim', {
        consumer: `bench-${n}`,
        max: BATCH,
      });
      askingFor -= BATCH;
      if (isEnough) {
        drained.asked += BATCH;
        drained.missing += BATCH - dispatches.length;
      }
      drained.claimMs.push(nowMs() - askedMs);
      if (dispatches.length === 0) {
        await new Promise(resolve => setTimeout(resolve, AGAIN_AFTER_MS));
        continue;
      }
      lastWonMs = nowMs();
      drained.claimed.push(...dispatches.map(({ source }) => source.id));
      const items = dispatches.map(({ id, epoch }) => ({ id, epoch, output: 'It is done.' }));
      const { results } = await post<{ results: { status: string }[] }>('complete', { items });
      drained.completeMs.push(nowMs() - lastWonMs);
      const accepted = results.filter(({ status }) => status === 'done').length;
      done += accepted;
      drained.refused += results.length - accepted;
    }
  };
  const post = async <T>(verb: string, body: object): Promise<T> => {
    const answer = await postJson(`${url}/api/dispatches/${verb}`, token, body);
    if (answer.status !== 200) throw new Error(`${verb}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => orchestrator(n)));
  drained.endedMs = nowMs();
  if (done < count) throw new Error(`${count - done} of ${count} were never completed`);
  return drained;
}
