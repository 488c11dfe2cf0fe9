import type { SourceHandlers } from './live-source';

/** Where a tab's stream begins, and for whom. */
export interface Beginning {
  readonly who: string;
  /** Moves with each event the tab has dealt with, so that another link goes on from there. */
  cursor: string | null;
}

/** How a tab comes by its events: over the worker that tabs share, or over a connection of its own. */
export interface LiveLink {
  start(from: Beginning): void;
  wake(): void;
  renew(): void;
  stop(): void;
}

export interface LinkHandlers extends SourceHandlers {
  /** From here on no event is lost, or each loss is told by a reset. */
  onReady(): void;
  /** Another person signed in, in this browser. */
  onOtherUser(): void;
}
