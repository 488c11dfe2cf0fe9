import { isControlPlaneError } from '../domain/errors';
import type { DispatchCalls } from './dispatch-calls';

export interface Acker {
  /** This position and all before it are dealt with. */
  note(position: string): void;
  /** Sends what is noted and waits for it. */
  flush(): Promise<void>;
  /** Gives up what is under way, too. */
  stop(): void;
}

export interface AckerOptions {
  calls: Pick<DispatchCalls, 'ack'>;
  consumer: string;
  onProblem?(problem: unknown): void;
  intervalMs?: number;
}

/** A position lost in a crash costs repeated wake-ups and nothing else, so one write in this time is enough. */
const ACK_INTERVAL_MS = 2_000;

/** Moves a durable consumer along: the latest position only, one call at a time. */
export function createAcker({ calls, consumer, onProblem, intervalMs = ACK_INTERVAL_MS }: AckerOptions): Acker {
  let noted: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> = Promise.resolve();
  const stopping = new AbortController();

  const send = async () => {
    clearTimeout(timer);
    timer = undefined;
    const position = noted;
    noted = null;
    if (position === null) return;
    try {
      await calls.ack(consumer, position, { signal: stopping.signal });
    } catch (error) {
      // Kept for the next time, unless a later one is there or the server does not know it at all.
      if (!isControlPlaneError(error, 'validation-failed')) noted ??= position;
      onProblem?.(error);
    }
  };
  const flush = () => (sending = sending.then(send));
  return {
    note: position => {
      noted = position;
      timer ??= setTimeout(() => void flush(), intervalMs);
    },
    flush,
    stop: () => {
      clearTimeout(timer);
      stopping.abort();
    },
  };
}
