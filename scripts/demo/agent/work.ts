import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Message } from '@/lib/domain/message/schema';
import type { Pathless } from '@/lib/domain/project/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Clock } from '@/lib/kernel/clock';
import type { Client } from '@/lib/sdk/client';
import type { Repository } from './repository';
import type { Tools } from './tools';

/** How a skill ended. */
export type Outcome =
  /** The text is the answer. */
  | { kind: 'answer'; text: string }
  /** It asked, and stops until the answer comes; or a tool ended the dispatch already. */
  | { kind: 'over' }
  | { kind: 'fail'; why: string; retryable: boolean };

/** One kind of small real work, done without a model. */
export type Skill = (work: Work) => Promise<Outcome>;

export interface WorkOptions {
  dispatch: Dispatch;
  tools: Tools;
  /** For reading: an agent's task has no tool of its own yet. */
  plane: Client;
  repository: Repository;
  stepMs: number;
  clock: Clock;
}

/** What a skill has at hand. */
export class Work {
  readonly dispatch: Dispatch;
  readonly tools: Tools;
  readonly repository: Repository;
  readonly #options: WorkOptions;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.dispatch = options.dispatch;
    this.tools = options.tools;
    this.repository = options.repository;
  }

  /** The message that is the work; null when a task is. */
  get message(): Pathless<Message> | null {
    const { source, thread } = this.dispatch;
    return thread?.messages.find(({ id }) => id === source.id) ?? null;
  }

  /** What was asked for, in words. */
  async request(): Promise<string> {
    if (this.dispatch.source.kind === 'message') return this.message?.body ?? '';
    const { title, input } = await this.task();
    return `${title}\n${input}`;
  }

  task(id: string = this.dispatch.source.id): Promise<Task> {
    return this.#options.plane.get<Task>(`/api/tasks/${id}`);
  }

  /** Says how far the work is, and lets a person see it. */
  async step(percent: number, state: string): Promise<void> {
    await this.tools.call('report_progress', { percent, state });
    await this.#options.clock.sleep(this.#options.stepMs);
  }

  /** Stops until somebody answered. The key makes a repeated attempt ask the same question, not a second one. */
  async ask(name: string, question: Record<string, unknown> & { question: string }): Promise<Outcome> {
    const { id } = this.dispatch;
    await this.tools.call('ask', { ...question, question: signed(question.question), idempotencyKey: `${id}-${name}` });
    return { kind: 'over' };
  }

  /** Another message, sent once however often the work is tried. */
  async send(name: string, message: Record<string, unknown> & { body: string }): Promise<void> {
    const { source } = this.dispatch;
    const idempotencyKey = `${source.id}-${name}`;
    await this.tools.call('send_message', { ...message, body: signed(message.body), idempotencyKey });
  }
}

/** Nothing a demo agent says may pass for a model's word. */
export const signed = (text: string): string => `${text}\n\n(demo agent, no model)`;

export const answer = (text: string): Outcome => ({ kind: 'answer', text: signed(text) });
