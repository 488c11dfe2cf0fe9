import { durationWords } from '../../kernel/duration-words';

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

/** In the words the pages have for a span: "1228 s" was due for twenty minutes. */
export const nobodyListeningReason = ({ oldestDueSeconds }: Pick<Listening, 'oldestDueSeconds'>): string =>
  `Nobody is listening: work has been due for ${durationWords(Math.round(oldestDueSeconds ?? 0) * 1_000)} and no orchestrator has been connected for over ${NOBODY_LISTENING_SECONDS} s.`;
