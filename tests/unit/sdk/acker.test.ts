import { describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { createAcker } from '@/lib/sdk/acker';

const collect = (fail?: (position: string, count: number) => Error | undefined) => {
  const sent: string[] = [];
  const acker = createAcker({
    consumer: 'me',
    intervalMs: 60_000,
    calls: {
      ack: async (_consumer, position) => {
        sent.push(position);
        const error = fail?.(position, sent.length);
        if (error) throw error;
      },
    },
  });
  return { sent, acker };
};

describe('acker', () => {
  it('sends only the latest position', async () => {
    const { sent, acker } = collect();
    acker.note('p1');
    acker.note('p2');
    await acker.flush();
    await acker.flush();
    expect(sent).toEqual(['p2']);
  });

  it('keeps a position that could not be sent, and drops it for a later one', async () => {
    const { sent, acker } = collect((_position, count) =>
      count === 1 ? new ControlPlaneError('unavailable', 'away', { retry: 'backoff' }) : undefined,
    );
    acker.note('p1');
    await acker.flush();
    await acker.flush();
    expect(sent).toEqual(['p1', 'p1']);
    acker.stop();
  });

  it('drops a position the server does not know', async () => {
    const { sent, acker } = collect(() => new ControlPlaneError('validation-failed', 'unknown id'));
    acker.note('p1');
    await acker.flush();
    await acker.flush();
    expect(sent).toEqual(['p1']);
  });
});
