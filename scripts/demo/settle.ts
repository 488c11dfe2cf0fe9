import type { Message } from '@/lib/domain/message/schema';
import type { Task } from '@/lib/domain/task/schema';
import { systemClock } from '@/lib/kernel/clock';
import { openQuestion, unended, type Board } from './board';

/** A look is a dozen small reads. */
const LOOK_EVERY_MS = 500;
/** A thread that opens between two reads of one look is seen by the next. */
const LOOKS_IN_A_ROW = 2;

export interface SettleOptions {
  limitMs: number;
  /** Whether a question to a person has to be answered too. */
  isAnswerWanted?: boolean;
  signal: AbortSignal;
}

/** Waits until all work of this demo has ended; resolves with what has not at the end of the time. */
export async function settle(board: Board, options: SettleOptions): Promise<(Message | Task)[]> {
  const { limitMs, isAnswerWanted = false, signal } = options;
  const endMs = systemClock.now() + limitMs;
  for (let quiet = 0; ;) {
    const views = await board.read();
    const open = views.flatMap(unended);
    const questions = isAnswerWanted ? views.flatMap(view => openQuestion(view) ?? []) : [];
    quiet = open.length + questions.length === 0 ? quiet + 1 : 0;
    if (quiet >= LOOKS_IN_A_ROW || signal.aborted || systemClock.now() >= endMs) return open;
    await systemClock.sleep(LOOK_EVERY_MS, signal);
  }
}
