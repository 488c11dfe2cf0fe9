import type { ClaimReason } from '../../domain/dispatch/schema';
import type { AgentTypeDocument, DispatchDocument } from '../../store/documents';
import type { DueItem } from '../../store/work-items';
import type { AdoptionPlan } from '../messages/plan-adoption';

export interface StartCandidate {
  mode: 'start';
  due: DueItem;
  type: AgentTypeDocument;
  /** Nobody took it up yet; the claim does. `hasThread`: the thread it opens stands. */
  raw?: AdoptionPlan & { hasThread: boolean };
}

/** A raw message whose thread stands. */
export type RawStart = StartCandidate & { raw: AdoptionPlan & { hasThread: true } };

export const isRawStart = (candidate: Candidate): candidate is RawStart =>
  candidate.mode === 'start' && candidate.raw?.hasThread === true;

export interface ResumeCandidate {
  mode: 'resume';
  dispatch: DispatchDocument;
  type: AgentTypeDocument;
}

/** Work that a claim may try to take. */
export type Candidate = StartCandidate | ResumeCandidate;

export interface Found {
  candidates: Candidate[];
  /** Why there is none, or none that could be taken. */
  reason: ClaimReason;
}
