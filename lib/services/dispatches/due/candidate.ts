import type { ClaimReason } from '../../../domain/dispatch/schema';
import type { AgentTypeDocument, DispatchDocument } from '../../../store/documents';
import type { DatabaseClock } from '../../../store/database-clock';
import type { DueItem } from '../../../store/work-items';
import type { AdoptionPlan } from '../../messages/adoption/plan-adoption';

export interface StartCandidate {
  mode: 'start';
  due: DueItem;
  type: AgentTypeDocument;
  /** Nobody took it up yet; the claim does. `hasThread`: the thread it opens stands, or this process is about to open it. */
  raw?: AdoptionPlan & { hasThread: boolean };
  /** Dealt with it, to be tried first. */
  slot?: string | undefined;
  /** The database's clock, read with it. */
  clock?: DatabaseClock;
}

/** A raw message whose thread the claim need not see to. */
export type RawStart = StartCandidate & { raw: AdoptionPlan & { hasThread: true } };

export const isRawStart = (candidate: Candidate): candidate is RawStart =>
  candidate.mode === 'start' && candidate.raw?.hasThread === true;

export interface ResumeCandidate {
  mode: 'resume';
  dispatch: DispatchDocument;
  type: AgentTypeDocument;
}

/** Dealt by rank, with all it takes to be written at once. Raw ones are written with what is claimed by id. */
export type DealtCandidate = StartCandidate & { raw?: undefined; slot: string; clock: DatabaseClock };
export const isDealt = (candidate: Candidate): candidate is DealtCandidate =>
  candidate.mode === 'start' && !candidate.raw && candidate.slot !== undefined && candidate.clock !== undefined;

/** Work that a claim may try to take. */
export type Candidate = StartCandidate | ResumeCandidate;

export interface Found {
  candidates: Candidate[];
  /** Why there is none, or none that could be taken. */
  reason: ClaimReason;
  /** To be called when the claim is over, however it ends, with what it took. */
  release?: (taken: ReadonlySet<Candidate>) => void;
}
