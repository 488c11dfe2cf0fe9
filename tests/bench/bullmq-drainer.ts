import { randomBytes } from 'node:crypto';
import { nowMs } from './clock';
import { BATCH } from './drainer';

/** The same backlog in BullMQ: jobs of the same size, workers that answer with the same output, a hundred at a time. */
export interface BullmqOrders {
  port: number;
  clients: number;
  count: number;
}

export async function runBullmqDrainer(orders: BullmqOrders, say: (message: object) => void): Promise<void> {
  const { Queue } = await import('bullmq');
  const connection = { host: '127.0.0.1', port: orders.port };
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const queue = new Queue(name, { connection });
  const body = 'x'.repeat(150);
  for (let at = 0; at < orders.count; at += 1_000) {
    const length = Math.min(1_000, orders.count - at);
    await queue.addBulk(Array.from({ length }, () => ({ name: 'work', data: { assignedTo: 'research', body } })));
  }
  await queue.close();
  process.once('message', () => void drain(orders, name).then(say));
  process.once('disconnect', () => process.exit(0));
  say({ ready: true });
}

async function drain({ port, clients, count }: BullmqOrders, name: string): Promise<object> {
  const { Worker } = await import('bullmq');
  const beganMs = nowMs();
  let done = 0;
  return new Promise(resolve => {
    for (let n = 0; n < clients; n += 1) {
      const connection = { host: '127.0.0.1', port };
      const worker = new Worker(name, async () => 'It is done.', { connection, concurrency: BATCH });
      worker.on('completed', () => {
        done += 1;
        if (done === count) resolve({ beganMs, endedMs: nowMs() });
      });
    }
  });
}
