import type { Switchboard } from '../support/switchboard';

/** Numbers that follow from the seed alone: a failure can be had again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const TYPES = ['research', 'copywriting', 'seo', 'qa', 'engineering'];
const PRIORITIES = ['low', 'normal', 'high', 'urgent'];

interface Held {
  id: string;
  epoch: number;
}

/** Writes as drivers, people and orchestrators make them, over the API; what each does follows from the seed. */
export class RandomWriter {
  readonly threads: string[] = [];
  readonly #tasks: string[] = [];
  readonly #slugs = [...TYPES];
  readonly #projects: string[] = [];
  #held: Held[] = [];
  #made = 0;

  constructor(
    private readonly board: Switchboard,
    private readonly orchestrator: string,
    private readonly random: () => number,
  ) {}

  async write(count: number): Promise<void> {
    for (let done = 0; done < count; done += 1) await this.#one();
  }

  async #one(): Promise<void> {
    this.#made += 1;
    const kinds = [
      [14, () => this.#thread()],
      [20, () => this.#message()],
      [14, () => this.#task()],
      [3, () => this.#run()],
      [4, () => this.#agentType()],
      [7, () => this.#editAgentType()],
      [4, () => this.#project()],
      [7, () => this.#editThread()],
      [5, () => this.#cancelTask()],
      [12, () => this.#claim()],
      [10, () => this.#end()],
    ] as const;
    let left = this.random() * kinds.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, write] of kinds) {
      left -= weight;
      if (left < 0) return write();
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  async #ok(method: string, path: string, body: unknown, token?: string) {
    const answer = await this.board.api(method, path, body, token);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async #thread(): Promise<void> {
    const { threadId } = await this.#ok('POST', '/api/messages', {
      subject: `Thread number ${this.#made}`,
      body: `opening words ${this.#made}.`,
      assignedTo: this.random() < 0.2 ? 'human' : this.#pick(TYPES),
      priority: this.#pick(PRIORITIES),
    });
    this.threads.push(threadId);
  }

  async #message(): Promise<void> {
    if (this.threads.length === 0) return this.#thread();
    const body = { body: `further words ${this.#made}.`, assignedTo: this.random() < 0.5 ? null : this.#pick(TYPES) };
    await this.#ok('POST', `/api/threads/${this.#pick(this.threads)}/messages`, body);
  }

  async #task(): Promise<void> {
    const body = {
      title: `Task number ${this.#made}`,
      assignedTo: this.#pick(TYPES),
      priority: this.#pick(PRIORITIES),
    };
    this.#tasks.push((await this.#ok('POST', '/api/tasks', body)).id);
  }

  async #run(): Promise<void> {
    await this.#ok('POST', '/api/runs', { intent: `Intent number ${this.#made}` });
  }

  async #agentType(): Promise<void> {
    const slug = `kind-${this.#made}`;
    await this.#ok('POST', '/api/agent-types', { slug, name: `Kind ${this.#made}` });
    this.#slugs.push(slug);
  }

  async #editAgentType(): Promise<void> {
    const path = `/api/agent-types/${this.#pick(this.#slugs)}`;
    const { revision } = await this.#ok('GET', path, undefined);
    await this.#ok('PATCH', path, { revision, name: `Named ${this.#made}`, concurrency: 2 + (this.#made % 3) });
  }

  async #project(): Promise<void> {
    const parentId = this.#projects.length > 0 && this.random() < 0.5 ? this.#projects[0]! : null;
    const body = {
      kind: parentId === null ? 'client' : 'brand',
      slug: `node-${this.#made}`,
      name: `Node ${this.#made}`,
    };
    const { id } = await this.#ok('POST', '/api/projects', { ...body, parentId });
    if (parentId === null) this.#projects.push(id);
  }

  async #editThread(): Promise<void> {
    if (this.threads.length === 0) return this.#thread();
    const change = this.random() < 0.5 ? { status: 'done' } : { priority: this.#pick(PRIORITIES) };
    await this.#ok('PATCH', `/api/threads/${this.#pick(this.threads)}`, change);
  }

  async #cancelTask(): Promise<void> {
    const id = this.#tasks.pop();
    if (id === undefined) return this.#task();
    const { status } = await this.board.api('POST', `/api/tasks/${id}/cancel`, {});
    // It may be over already; then it is another page's truth.
    if (status >= 300 && status !== 409) throw new Error(`cancel of a task: ${status}`);
  }

  async #claim(): Promise<void> {
    const body = { consumer: 'truth', max: 2, waitMs: 0 };
    const { dispatches } = await this.#ok('POST', '/api/dispatches/claim', body, this.orchestrator);
    this.#held.push(...dispatches.map(({ id, epoch }: Held) => ({ id, epoch })));
  }

  async #end(): Promise<void> {
    const held = this.#held.shift();
    if (held === undefined) return this.#claim();
    const [verb, body] =
      this.random() < 0.7
        ? ['complete', { output: `result ${this.#made}`, usage: { inputTokens: 100 + this.#made, costUsd: 0.01 } }]
        : ['fail', { error: `broke ${this.#made}`, retryable: false }];
    const path = `/api/dispatches/${held.id}/${verb}`;
    const answer = await this.board.api('POST', path, { epoch: held.epoch, ...(body as object) }, this.orchestrator);
    // Its task may have been cancelled meanwhile: what comes back then is kept as a late output.
    if (answer.status >= 300 && answer.status !== 409) {
      throw new Error(`${verb}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }
}
