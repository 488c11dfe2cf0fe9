import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { StreamSink } from '@/lib/stream/sink';

export interface ReceivedEvent {
  id: string | undefined;
  event: string | undefined;
  data: Record<string, unknown>;
}

/**
 * A reader that takes everything at once, or nothing until `drain()`. What it got is parsed by the parser that
 * clients use, and every error of grammar is kept.
 */
export class MemorySink implements StreamSink {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  readonly retries: number[] = [];
  readonly errors: unknown[] = [];
  text = '';
  writes = 0;
  isEnded = false;
  isReading: boolean;
  #held: Buffer[] = [];
  #trickled = 0;
  #drains: (() => void)[] = [];
  #closes: (() => void)[] = [];
  #watchers = new Set<() => void>();
  readonly #parser = createParser({
    onEvent: message => this.events.push(received(message)),
    onComment: comment => this.comments.push(comment),
    onRetry: delay => this.retries.push(delay),
    onError: error => this.errors.push(error),
  });

  constructor({ isReading = true }: { isReading?: boolean } = {}) {
    this.isReading = isReading;
  }

  write(chunk: Buffer): boolean {
    if (this.isEnded) throw new Error('written to after its end');
    this.writes += 1;
    if (!this.isReading) {
      this.#held.push(chunk);
      return false;
    }
    this.#take(chunk);
    return true;
  }

  bufferedBytes(): number {
    return this.#held.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  drainGauge(): number {
    return this.bufferedBytes() - this.#trickled;
  }
  /** A few bytes of a write go out; the write as such is not through. */
  trickle(bytes: number): void {
    this.#trickled += bytes;
  }

  onDrain(run: () => void): void {
    this.#drains.push(run);
  }
  onClose(run: () => void): void {
    this.#closes.push(run);
  }

  end(): void {
    this.isEnded = true;
    this.#changed();
  }

  /** Takes what it held and says so; goes on reading, or not. */
  drain({ thenReads = true } = {}): void {
    this.isReading = thenReads;
    for (const chunk of this.#held.splice(0)) this.#take(chunk);
    for (const run of this.#drains) run();
  }

  /** The reader goes away. */
  hangUp(): void {
    for (const run of this.#closes) run();
  }

  ids(): string[] {
    return this.events.map(event => String(event.data['id']));
  }
  of(type: string): ReceivedEvent[] {
    return this.events.filter(event => event.event === type);
  }
  get lastId(): string | undefined {
    return this.events.findLast(event => event.id !== undefined)?.id;
  }

  /** Resolves as soon as `isMet` holds, looked at after each write; rejects with what there is after `patienceMs`. */
  until(isMet: (sink: this) => boolean, patienceMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        const got = this.events.map(({ event, data }) => `${event} ${JSON.stringify(data)}`).join('\n');
        reject(new Error(`not met in ${patienceMs} ms; got ${this.events.length}:\n${got.slice(0, 4_000)}`));
      }, patienceMs);
      const look = () => {
        if (!isMet(this)) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #take(chunk: Buffer): void {
    const text = chunk.toString();
    this.text += text;
    this.#parser.feed(text);
    this.#changed();
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}

const received = ({ id, event, data }: EventSourceMessage): ReceivedEvent => ({
  id,
  event,
  data: JSON.parse(data) as Record<string, unknown>,
});
