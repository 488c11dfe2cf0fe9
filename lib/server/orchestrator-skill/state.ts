import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { steadyClock } from '@/lib/kernel/clock';
import { acquireFileLock } from '../file-lock.mjs';
import type { KeptDueLook } from './due-look';
import { writePrivateFile } from '../orchestrator/private-file';
import { ScriptFailure } from './failure';
import type { Session } from './session';

/**
 * running: its lease is kept · waiting: it asked a question, no lease · cancel: a person wants it stopped · lost: the
 * lease lapsed or somebody else has it, whatever its agent still does counts for nothing.
 */
export type Phase = 'running' | 'waiting' | 'cancel' | 'lost';

/**
 * Which turn of an agent belongs to which epoch, as the client's hooks tell it. A notification of an agent's end names
 * no turn: when the answer to its question comes fast, the end of the turn in which it asked is heard after the next
 * turn has begun, and its last words ('asked') would be handed in as the result.
 */
export interface AgentTurns {
  /** The client's own name for the agent. */
  agent?: string;
  /** The epoch whose prompt it was given last. Absent: no hook ever told us. */
  handed?: number;
  /** The epoch whose call (Agent or SendMessage) the session made last: before that no agent has its prompt. */
  called?: number;
  /** Its agent was still at a turn when the prompt of this epoch was sent: it gets it at its next tool, or after its end. */
  queued?: number;
  /** The epoch of the last turn that ended, and what it said then, as a fingerprint. */
  ended?: { epoch: number; said: string; atMs: number };
}

export interface OpenDispatch extends AgentTurns {
  epoch: number;
  key: string;
  leaseMs: number;
  agentType: string;
  /** The session has the type itself as an agent, as claimed (agents:sync). */
  synced?: boolean;
  /** Who claimed it, and whose agent works on it: sessions follow each other in one project, and stand side by side. */
  session: Session;
  /** Its session's hooks were heard when it was claimed: a call that they do not tell of was not made. */
  hooked?: boolean;
  /** The `next` that claimed it, until its output is out: what it never printed has no agent. */
  printer?: Session;
  phase: Phase;
  claimedAt: string;
}

/** What a session must not forget, kept where a compaction of its conversation cannot reach. */
export interface SkillState {
  dispatches: Record<string, OpenDispatch>;
  /** Ids this session ended lately: events about them are echoes, not news. */
  ended: string[];
  /** The last `next` got no answer: the ring that asked for it is still owed. */
  owesLook?: boolean;
  /** Of the last `watch --once`: how long to be silent about work that stays due. */
  dueLook?: KeptDueLook;
  /** Of which hooks were heard. */
  hookedSessions?: Session[];
  /** A claim may have taken what no answer told of, and nobody has looked since. */
  mayHoldStrays?: boolean;
}

export type Held = [string, OpenDispatch];

const FILE = 'state.json';
const LOCK = 'state';
/** Each holder needs milliseconds. */
const LOCK_PATIENCE_MS = 5_000;
const LOCK_POLL_MS = 20;
const MAX_ENDED = 200;

export class StateFile {
  constructor(private readonly folder: string) {}

  read(): SkillState {
    try {
      const value = JSON.parse(readFileSync(join(this.folder, FILE), 'utf8')) as Partial<SkillState>;
      const {
        dispatches = {},
        ended = [],
        hookedSessions = [],
        owesLook = false,
        mayHoldStrays = false,
        dueLook,
      } = value;
      return { dispatches, ended, hookedSessions, owesLook, mayHoldStrays, ...(dueLook ? { dueLook } : {}) };
    } catch (error) {
      // A file somebody damaged: the plane knows what is open, and `status` gives it back.
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') {
        return { dispatches: {}, ended: [] };
      }
      throw error;
    }
  }

  /** Reads, changes and writes with nobody in between: several scripts and the beat run side by side. */
  async update<T>(change: (state: SkillState) => T): Promise<T> {
    const release = await this.#lock();
    try {
      const state = this.read();
      const result = change(state);
      state.ended = state.ended.slice(-MAX_ENDED);
      writePrivateFile(join(this.folder, FILE), `${JSON.stringify(state, null, 1)}\n`);
      return result;
    } finally {
      release();
    }
  }

  async #lock(): Promise<() => void> {
    for (const endMs = steadyClock.now() + LOCK_PATIENCE_MS; steadyClock.now() < endMs;) {
      const release = tryLock(this.folder);
      if (release !== null) return release;
      await new Promise(resolve => setTimeout(resolve, LOCK_POLL_MS));
    }
    throw new ScriptFailure('state-busy', `${join(this.folder, FILE)} is held by another process.`, 1, 'Try again.');
  }
}

function tryLock(folder: string): (() => void) | null {
  try {
    const attempt = acquireFileLock(folder, LOCK);
    return attempt.acquired ? attempt.release : null;
  } catch (error) {
    // It changed hands faster than it could be read: many scripts at once, and the next try is ours.
    if ((error as NodeJS.ErrnoException).code === undefined) return null;
    throw error;
  }
}

/** Takes a dispatch out of the state; of this epoch only, for a later one is other work. */
export function forget(state: SkillState, id: string, epoch: number): void {
  if (state.dispatches[id]?.epoch !== epoch) return;
  delete state.dispatches[id];
  state.ended.push(id);
}

/** It waits, at this epoch. Forgotten instead, it would be given to a new agent when it goes on, and not to the one that knows. */
export function park(state: SkillState, id: string, epoch: number): void {
  const held = state.dispatches[id];
  if (held?.epoch === epoch) held.phase = 'waiting';
}

/** Those with a lease to keep. */
export const leased = ({ dispatches }: SkillState): Held[] =>
  Object.entries(dispatches).filter(([, { phase }]) => phase === 'running' || phase === 'cancel');

/** What the session should stop, and why. */
export const toStop = (state: SkillState): { id: string; why: 'cancel' | 'lost' }[] =>
  Object.entries(state.dispatches).flatMap(([id, { phase }]) =>
    phase === 'cancel' || phase === 'lost' ? [{ id, why: phase }] : [],
  );
