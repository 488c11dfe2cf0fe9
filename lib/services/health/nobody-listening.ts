const NOBODY_LISTENING_SECONDS = 10;

export interface Listening {
  orchestratorsConnected: number;
  /** Null: none was seen for longer than anybody remembers. */
  secondsWithout: number | null;
  oldestDueSeconds: number | null;
  dispatchPaused: boolean;
}

/**
 * Due work, and for ten seconds nobody who could hear of it: an orchestrator that starts again is no absence, however
 * old its work is. A pause is a person's choice, and no alarm; it ends when somebody listens.
 */
export const isNobodyListening = (now: Listening): boolean =>
  now.orchestratorsConnected === 0 &&
  now.oldestDueSeconds !== null &&
  (now.secondsWithout ?? Infinity) >= NOBODY_LISTENING_SECONDS &&
  !now.dispatchPaused;

export const nobodyListeningReason = ({ oldestDueSeconds }: Listening): string =>
  `Nobody is listening: work has been due for ${Math.round(oldestDueSeconds ?? 0)} s and no orchestrator has been connected for over ${NOBODY_LISTENING_SECONDS} s.`;
