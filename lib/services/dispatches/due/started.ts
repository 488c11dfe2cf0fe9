import type { ClaimReason } from '../../../domain/dispatch/schema';
import type { AgentTypeDocument, DispatchDocument, MessageDocument } from '../../../store/documents';
import type { WorkDocument } from '../../../store/work-items';

/** What a claim that won has in hand. */
export interface Started {
  dispatch: DispatchDocument;
  type: AgentTypeDocument;
  item: WorkDocument;
  key: string;
  /** The whole message with its thread's subject, where the claim's own write brought it back. */
  message?: MessageDocument;
  subject?: string;
}
export type StartOutcome = Started | { reason: ClaimReason };
