import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageDocument } from '@/lib/store/documents';
import { startSwitchboard, until, type Switchboard } from '../../support/switchboard';
import { ClaudeSession, makeProject, scriptsOf } from './claude-session';
import { say } from './model-server';
import { sessionModel, type AgentScript, type SessionQuirks } from './session-model';

const STEP_MS = 90_000;
/** The bell rings once in 2.5 s at most. */
const QUIET_MS = 4_000;

export interface MessageRow {
  id: string;
  kind: string;
  status: MessageDocument['status'];
  body: string;
  inReplyTo: string | null;
  from: { kind: string };
}

/** A board, projects with the skill, and sessions in them; everything ends with `close`. */
export class Stage {
  readonly #projects: string[] = [];
  #sessions: ClaudeSession[] = [];

  private constructor(readonly board: Switchboard) {}

  static async open(env: Record<string, string> = {}): Promise<Stage> {
    return new Stage(await startSwitchboard(env));
  }

  project(): string {
    const project = makeProject(this.board);
    this.#projects.push(project);
    return project;
  }

  async session(project: string, agent: AgentScript, quirks: SessionQuirks = {}): Promise<ClaudeSession> {
    const policy = sessionModel(() => scriptsOf(project), agent, quirks);
    const session = await ClaudeSession.start(project, policy, { env: quirks.env ?? {} });
    this.#sessions.push(session);
    return session;
  }

  /** It hears what comes from now on. */
  async listening(session: ClaudeSession): Promise<ClaudeSession> {
    await this.until(async () => session.calls('Monitor').length > 0);
    return session;
  }

  /** It says nothing more of itself: longer than its bell keeps a ring back. */
  async quiet(session: ClaudeSession): Promise<void> {
    for (let turns = -1; turns !== session.model.requests.length; await sleep(QUIET_MS)) {
      turns = session.model.requests.length;
    }
  }

  async endSessions(): Promise<void> {
    for (const session of this.#sessions) await session.end();
    this.#sessions = [];
  }

  async close(): Promise<number | null> {
    await this.endSessions();
    const code = await this.board.stop();
    for (const project of this.#projects) rmSync(project, { recursive: true, force: true, maxRetries: 20 });
    return code;
  }

  async set(slug: string, changes: object): Promise<void> {
    const { revision } = (await this.board.api('GET', `/api/agent-types/${slug}`)).body;
    const saved = await this.board.api('PATCH', `/api/agent-types/${slug}`, { ...changes, revision });
    if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
  }

  async send(body: string): Promise<string> {
    return (await this.board.api('POST', '/api/messages', { assignedTo: 'research', body })).body.id as string;
  }

  async answer(threadId: string, body: string): Promise<void> {
    const question = (await this.thread(threadId)).find(({ kind }) => kind === 'question')!;
    await this.board.api('POST', `/api/threads/${threadId}/messages`, { body, inReplyTo: question.id });
  }

  async message(id: string): Promise<MessageRow> {
    return (await this.board.api('GET', `/api/messages/${id}`)).body;
  }

  async thread(id: string): Promise<MessageRow[]> {
    return (await this.board.api('GET', `/api/messages?threadId=${id}`)).body.items;
  }

  /** What agents answered to it. */
  async replies(id: string): Promise<string[]> {
    const rows = await this.thread(id);
    return rows
      .filter(({ inReplyTo, from, kind }) => inReplyTo === id && from.kind === 'agent' && kind === 'message')
      .map(({ body }) => body);
  }

  async dispatches(id: string): Promise<{ id: string; status: string; epoch: number; attempt: number }[]> {
    return (await this.board.api('GET', `/api/dispatches?sourceId=${id}`)).body.items;
  }

  is = (id: string, status: string) => this.until(async () => (await this.message(id)).status === status);

  /** Tells what the sessions did, and what the board knows of, when it does not come. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    try {
      await until(holds, STEP_MS);
    } catch (error) {
      const { items } = (await this.board.api('GET', '/api/dispatches?limit=20')).body;
      const told = [...this.#sessions.map(session => session.story()), JSON.stringify(items, null, 1)];
      throw new Error(told.join('\n=====\n'), { cause: error });
    }
  }
}

/** Answers at once, with what it was asked to do. */
export const atOnce: AgentScript = ({ said }) => [say(`done: ${/task-\w+/.exec(said)?.[0] ?? '?'}`)];
