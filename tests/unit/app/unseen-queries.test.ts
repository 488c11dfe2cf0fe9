import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readUnseenAgain } from '@/app/_live/unseen-queries';

let client: QueryClient;
let stop: () => void;
let reads: number;
beforeEach(() => {
  reads = 0;
  client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.mount();
  stop = readUnseenAgain(client);
});
afterEach(() => {
  stop();
  client.unmount();
  client.clear();
});

const observe = (enabled: boolean) =>
  new QueryObserver(client, { queryKey: ['threads'], queryFn: async () => (reads += 1), enabled });
const show = () => observe(true).subscribe(() => undefined);
const settled = (count: number) => vi.waitFor(() => expect([reads, client.isFetching()]).toEqual([count, 0]));

describe('a query that nothing shows', () => {
  it('is read again when it is shown again, with its old answer until then', async () => {
    const hide = show();
    await settled(1);
    hide();
    expect(client.getQueryData(['threads'])).toBe(1);
    show();
    expect(client.getQueryData(['threads'])).toBe(1);
    await settled(2);
    expect(client.getQueryData(['threads'])).toBe(2);
  });

  it('is read again also where a disabled one looked on, and when that one is enabled', async () => {
    const disabled = observe(false);
    disabled.subscribe(() => undefined);
    const hide = show();
    await settled(1);
    hide();
    const hideAgain = show();
    await settled(2);
    hideAgain();
    disabled.setOptions({ ...disabled.options, enabled: true });
    await settled(3);
  });

  it('is not read again for one more that shows it, or for one of two that goes', async () => {
    const hide = show();
    await settled(1);
    show();
    hide();
    show();
    await settled(1);
  });
});
