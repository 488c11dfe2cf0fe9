import type { Thread } from '@/lib/domain/thread/schema';
import { HUMAN } from '@/lib/domain/fields';
import { LruMap } from '@/lib/kernel/lru-map';
import type { Client } from '@/lib/sdk/client';
import type { StreamEvent } from '@/lib/sdk/stream-event';

/** Plain lines of what happens, from the events that everybody gets. */

type Say = (line: string) => void;

const REMEMBERED = 1_000;
const WHO_WIDTH = 20;

export class Narrator {
  /** The last word about each dispatch: progress repeats the status. */
  readonly #last = new LruMap<string, string>(REMEMBERED);
  readonly #subjects = new LruMap<string, Promise<string>>(REMEMBERED);
  readonly #startedAtMs = Date.now();
  /** Lines keep their order although a subject may have to be asked for. */
  #lines: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: Client,
    private readonly print: Say,
  ) {}

  wrote(to: string, what: string, threadId: string): void {
    this.#say('you', `${what}`, `→ ${to}  ${this.client.baseUrl}/threads/${threadId}`);
  }

  note(what: string): void {
    this.#say('demo', what);
  }

  hear({ type, data }: StreamEvent): void {
    if (type === 'dispatch-created' || type === 'dispatch-updated') this.#dispatch(data);
    if (type === 'message-created') this.#message(data);
    if (type === 'task-updated' && data['status'] === 'ready') {
      this.#about(String(data['assignedTo']), 'may begin: what its task waited for is done', data['threadId']);
    }
  }

  /** Resolves when all lines are out. */
  finished(): Promise<void> {
    return this.#lines;
  }

  #dispatch(data: StreamEvent['data']): void {
    const { id, agentType, threadId } = data;
    const word = wordOf(data);
    if (word === null || this.#last.get(id) === word) return;
    this.#last.set(id, word);
    this.#about(String(agentType), word, threadId);
  }

  #message(data: StreamEvent['data']): void {
    const { from, assignedTo, kind, threadId } = data;
    const sender = from as { kind: string; id: string };
    if (sender.kind !== 'agent' || typeof assignedTo !== 'string') return;
    const verb = kind === 'question' ? 'asks' : 'writes to';
    this.#about(sender.id, `${verb} ${assignedTo === HUMAN ? 'you' : assignedTo}`, threadId);
  }

  #about(who: string, what: string, threadId: unknown): void {
    const subject = typeof threadId === 'string' ? this.#subject(threadId) : Promise.resolve('');
    this.#lines = this.#lines.then(async () => this.#print(who, what, await subject));
  }

  #say(who: string, what: string, rest = ''): void {
    this.#lines = this.#lines.then(() => this.#print(who, what, rest));
  }

  #print(who: string, what: string, rest: string): void {
    const seconds = Math.round((Date.now() - this.#startedAtMs) / 1_000);
    const time = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    this.print(`${time}  ${who.padEnd(WHO_WIDTH)} ${what}${rest === '' ? '' : `  ${rest}`}`);
  }

  #subject(threadId: string): Promise<string> {
    const known = this.#subjects.get(threadId);
    if (known !== undefined) return known;
    const asked = this.client.get<Thread>(`/api/threads/${threadId}`).then(
      ({ title }) => `“${title}”`,
      () => '',
    );
    this.#subjects.set(threadId, asked);
    return asked;
  }
}

function wordOf({ status, mode, attempt, epoch }: StreamEvent['data']): string | null {
  switch (status) {
    case 'running':
      if (mode === 'resume') return `goes on with the answer (epoch ${String(epoch)})`;
      return attempt === 1 ? 'starts' : `tries again, attempt ${String(attempt)}`;
    case 'waiting':
      // Its question is a message, and that is told.
      return null;
    case 'done':
      return 'is done';
    case 'failed':
      return 'failed';
    case 'released':
      return 'gave the work back';
    default:
      return `is ${String(status)}`;
  }
}
