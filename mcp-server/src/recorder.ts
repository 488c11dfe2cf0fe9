import { backoffMs } from '@/lib/kernel/backoff';
import { ageMs } from '@/lib/kernel/clock';
import { LruMap } from '@/lib/kernel/lru-map';
import type { Context, Plane } from '@/lib/services/context';
import type { Caller } from '@/lib/services/identity/caller';
import { closeSession } from '@/lib/services/sessions/close-session';
import { openOrTouchSession, type SessionOf } from '@/lib/services/sessions/open-session';
import { endToolCall } from '@/lib/services/tool-calls/end-tool-call';
import { startToolCall } from '@/lib/services/tool-calls/start-tool-call';
import type { Connection } from './connection';

export interface RecordedCall {
  ctx: Context;
  /** Null: its key opened nothing, so the call counts for the token. */
  caller: Caller | null;
  connection: Connection;
  client: string;
  tool: string;
  /** When it goes well, its dispatch is over, and the session with it. */
  endsDispatch: boolean;
}

type Session = Awaited<ReturnType<typeof openOrTouchSession>>;
/** Null: it went well; else the refusal's code. */
export type EndCall = (error: string | null) => void;

/** A session known to be open is not written again before each call; counting the call keeps it active. */
const KNOWN_OPEN_MS = 10_000;
const KNOWN_SESSIONS = 2_000;
/** While the database is away; past it the sweep gives the calls up in our stead. */
const MAX_PENDING = 5_000;
const END_TRIES = 8;
const END_AGAIN = { baseMs: 100, maxMs: 5_000 };
const STOP_WITHIN_MS = 1_500;

/**
 * Notes every call: that it began, and how it ended. A call waits for one write at most, so that none goes unrecorded
 * even if the process dies in it; for its end nobody waits, but a stop does.
 */
export class Recorder {
  readonly #known = new LruMap<string, { session: Session; atMs: number }>(KNOWN_SESSIONS);
  readonly #byPipe = new Map<string, Map<string, SessionOf>>();
  readonly #pending = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(private readonly plane: Plane) {}

  async start(call: RecordedCall): Promise<EndCall> {
    const startedAtMs = performance.now();
    const session = sessionOf(call);
    let begun: { id: Promise<string> };
    try {
      begun = await this.#begin(call, session);
    } catch (error) {
      this.plane.log.warn({ err: error, tool: call.tool }, 'a tool call could not be recorded');
      return () => undefined;
    }
    return error => {
      const durationMs = performance.now() - startedAtMs;
      this.#inBackground(async () => {
        const end = { tenantId: session.tenantId, id: await begun.id, durationMs, error };
        await this.#insist(() => endToolCall(this.plane, end));
        if (call.endsDispatch && error === null) await this.#insist(() => this.#close(session));
      });
    };
  }

  /** The sessions of a pipe end with it; a dispatch's goes on as long as the dispatch. */
  async closePipe(pipe: string): Promise<void> {
    const sessions = [...(this.#byPipe.get(pipe)?.values() ?? [])];
    this.#byPipe.delete(pipe);
    await Promise.all(this.#pending);
    await Promise.all(sessions.map(session => this.#close(session)));
  }

  /** What is being written is waited for, but not for ever. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#stopping.abort(), STOP_WITHIN_MS);
    await Promise.all(this.#pending);
    clearTimeout(late);
  }

  /** One write that is waited for: the call's own, or that of the session it is the first of. */
  async #begin(call: RecordedCall, session: SessionOf): Promise<{ id: Promise<string> }> {
    const known = this.#known.get(session.key);
    if (known && ageMs(known.atMs, this.plane.clock.now()) < KNOWN_OPEN_MS) {
      const id = startToolCall(this.plane, known.session, call.tool);
      await id;
      return { id };
    }
    const opened = await openOrTouchSession(this.plane, session);
    this.#known.set(session.key, { session: opened, atMs: this.plane.clock.now() });
    if (call.connection.pipe !== null && session.dispatchId === null) this.#remember(call.connection.pipe, session);
    const id = startToolCall(this.plane, opened, call.tool);
    // Whoever ends the call hears of it; until then it is nobody's.
    id.catch(() => undefined);
    return { id };
  }

  #remember(pipe: string, session: SessionOf): void {
    const sessions = this.#byPipe.get(pipe) ?? new Map<string, SessionOf>();
    sessions.set(session.key, session);
    this.#byPipe.set(pipe, sessions);
  }

  async #close({ tenantId, key, dispatchId }: SessionOf): Promise<void> {
    this.#known.delete(key);
    await closeSession(this.plane, dispatchId === null ? { tenantId, key } : { tenantId, dispatchId });
  }

  #inBackground(work: () => Promise<void>): void {
    if (this.#pending.size >= MAX_PENDING) return;
    const running = work().catch(error => {
      this.plane.log.warn({ err: error }, 'the end of a tool call could not be recorded; the sweep gives it up');
    });
    this.#pending.add(running);
    void running.finally(() => this.#pending.delete(running));
  }

  async #insist(write: () => Promise<unknown>): Promise<void> {
    const { clock } = this.plane;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await write();
        return;
      } catch (error) {
        if (attempt + 1 >= END_TRIES || this.#stopping.signal.aborted) throw error;
        await clock.sleep(backoffMs(attempt, END_AGAIN), this.#stopping.signal);
      }
    }
  }
}

/** The dispatch when a key is passed, else token and client name; each pipe has its own. */
function sessionOf({ ctx: { principal }, caller, connection, client }: RecordedCall): SessionOf {
  const { tenantId, id } = principal;
  const dispatch = caller?.dispatch ?? null;
  const dispatchId = dispatch?._id.toHexString() ?? null;
  const pipe = connection.pipe === null ? '' : `/${connection.pipe}`;
  return {
    tenantId,
    key: dispatchId === null ? `token/${id}/${client}${pipe}` : `dispatch/${dispatchId}`,
    client,
    agentType: caller?.agentType ?? principal.agentType ?? null,
    dispatchId,
    threadId: dispatch?.threadId?.toHexString() ?? null,
    createdBy: id,
  };
}
