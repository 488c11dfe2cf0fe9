import { nowMs } from './clock';
import { postJson } from './http-call';
import { readSse } from './sse-reader';

export interface ReaderOrders {
  eventsUrl: string;
  token: string | null;
  /** Streams, and clients that claim, in this one process; default 1. */
  readers?: number;
  /** Where to claim each message at its event; absent: the event itself is the end. */
  claim?: { url: string; kind: 'bare' | 'switchboard'; consumer: string };
}

/** A client process: tells its parent when each message had arrived, or was claimed with all that is needed. */
export async function runReader(orders: ReaderOrders, say: (message: object) => void): Promise<void> {
  const headers: Record<string, string> = orders.token === null ? {} : { authorization: `Bearer ${orders.token}` };
  const readers = Array.from({ length: orders.readers ?? 1 }, (_, n) =>
    readSse(orders.eventsUrl, headers, (event, _id, data) => {
      if (event !== 'message-created') return;
      const { id } = JSON.parse(data) as { id: string };
      if (!orders.claim) return say({ id, atMs: nowMs() });
      void claim(id, `${orders.claim.consumer}-${n}`).then(won => {
        if (won) say({ id, atMs: nowMs(), dispatch: won });
      });
    }),
  );
  const claim = async (id: string, consumer: string): Promise<object | null> => {
    const { url, kind } = orders.claim!;
    if (kind === 'bare') return (await postJson(url, null, { id })).body as object | null;
    const answer = await postJson(url, orders.token, { consumer, source: { kind: 'message', id } });
    const [dispatch] =
      (answer.body as { dispatches?: { id: string; epoch: number; prompt: string }[] }).dispatches ?? [];
    return dispatch ? { id: dispatch.id, epoch: dispatch.epoch } : null;
  };
  await Promise.all(readers.map(({ opened }) => opened));
  say({ ready: true });
  process.once('disconnect', () => process.exit(0));
}
