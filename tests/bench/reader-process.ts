import { MAX_CLAIM, type ClaimResult } from '@/lib/domain/dispatch/schema';
import { ClaimLoop } from '@/lib/server/orchestrator/claim-loop';
import { nowMs } from './clock';
import { postJson } from './http-call';
import { readSse } from './sse-reader';

/** `by-id`: each message at its event. `by-rank`: what fits whenever events ring, as our own orchestrators do. */
export type ClaimKind = 'bare' | 'by-id' | 'by-rank';

export interface ReaderOrders {
  eventsUrl: string;
  token: string | null;
  /** Streams, and clients that claim, in this one process; default 1. */
  readers?: number;
  /** Where to claim; absent: the event itself is the end. */
  claim?: { url: string; kind: ClaimKind; consumer: string };
}

type Say = (message: object) => void;

/** A client process: tells its parent when each message had arrived, or was claimed with all that is needed. */
export async function runReader(orders: ReaderOrders, say: Say): Promise<void> {
  const headers: Record<string, string> = orders.token === null ? {} : { authorization: `Bearer ${orders.token}` };
  const readers = Array.from({ length: orders.readers ?? 1 }, (_, n) => {
    const onMessage = reactionOf(orders, n, say);
    return readSse(orders.eventsUrl, headers, (event, _id, data) => {
      if (event === 'message-created') onMessage((JSON.parse(data) as { id: string }).id);
    });
  });
  await Promise.all(readers.map(({ opened }) => opened));
  say({ ready: true });
  process.once('disconnect', () => process.exit(0));
}

function reactionOf({ claim, token }: ReaderOrders, n: number, say: Say): (id: string) => void {
  if (!claim) return id => say({ id, atMs: nowMs() });
  const { url, kind } = claim;
  const consumer = `${claim.consumer}-${n}`;
  const tell = ({ dispatches }: Partial<ClaimResult>) => {
    const atMs = nowMs();
    for (const { id, epoch, source } of dispatches ?? []) say({ id: source.id, atMs, dispatch: { id, epoch } });
  };
  if (kind === 'bare') {
    return id =>
      void postJson(url, null, { id }).then(({ body }) => body && say({ id, atMs: nowMs(), dispatch: body }));
  }
  const ask = async (body: object): Promise<ClaimResult> => {
    const result = (await postJson(url, token, { consumer, ...body })).body as ClaimResult;
    tell(result);
    return result;
  };
  if (kind === 'by-id') return id => void ask({ source: { kind: 'message', id } });
  const loop = new ClaimLoop({
    free: () => MAX_CLAIM,
    claim: max => ask({ max }),
    onFailure: error => process.stderr.write(`a claim failed: ${String(error)}\n`),
  });
  loop.start();
  return () => loop.ring();
}
