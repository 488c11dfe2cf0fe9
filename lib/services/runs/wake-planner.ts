import { answerQuestion } from '../../store/dispatch-questions';
import type { RunDocument } from '../../store/documents';
import { findUnreadNews, findWaitingPlanner } from '../../store/news';
import type { Plane } from '../context';

/**
 * A planner that waits for news is resumed by the first that it was not given. News is written before this looks for
 * the planner, and a planner parks before it looks for news, so one of the two finds the other.
 */
export async function wakePlanner(
  plane: Plane,
  run: Pick<RunDocument, '_id' | 'tenantId' | 'planTaskId'>,
): Promise<void> {
  const c = plane.collections;
  const waiting = await findWaitingPlanner(c, run.planTaskId);
  if (!waiting?.question) return;
  const [news] = await findUnreadNews(c, run._id, 1);
  if (!news) return;
  const woken = await answerQuestion(c, run.tenantId, waiting.question.id, news._id);
  if (woken) plane.doorbell.ring(run.tenantId);
}
