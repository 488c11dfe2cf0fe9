import type { Delivered } from '../../../domain/task/schema';
import type { TaskDocument } from '../../../store/documents';
import { isTooLarge } from '../../../store/errors';
import { legible } from '../../../store/to-record/legible';

type Result = NonNullable<TaskDocument['result']>;

/** What came of a task, and which of the names it declares came with something in it. */
export function resultOf(
  task: Pick<TaskDocument, 'deliverables'>,
  output: string,
  deliverables: Delivered[],
): { result: Result; missing: string[]; handedIn: ReadonlySet<string> } {
  const handedIn = new Set(
    deliverables
      .filter(({ value, path, url }) => [value, path, url].some(text => text?.trim()))
      .map(({ name }) => name),
  );
  // Of what a driver made unreadable nothing is asked: the outcome is accepted, and would be settled for ever.
  const declared = Array.isArray(task.deliverables) ? legible(task.deliverables, ({ name }) => name) : [];
  const missing = declared.filter(name => !handedIn.has(name));
  return { result: { output, deliverables, missing }, missing, handedIn };
}

const KEPT_CHARACTERS = 1_000;

/**
 * A long input and a long result may not fit one record. The outcome is accepted all the same, and the whole of it stands
 * elsewhere; a task that could not be written down would stay open for ever.
 */
export async function keepFitting<T>(result: Result, whole: string, keep: (result: Result) => Promise<T>): Promise<T> {
  try {
    return await keep(result);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    return keep({
      ...result,
      output: `${result.output.slice(0, KEPT_CHARACTERS)}… (too long to stand here: the whole is ${whole})`,
      deliverables: result.deliverables.map(({ name }) => ({ name })),
    });
  }
}
