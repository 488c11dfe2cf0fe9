import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { SpawnAdvice } from './spawn-advice';

export interface Presented {
  dispatch: Dispatch;
  spawn: SpawnAdvice;
  /** Where the whole of it is kept. */
  file: string;
  promptFile: string;
}

/** A session's shell shows 30,000 characters of output and hides the rest. */
export const MAX_PRINT_CHARACTERS = 24_000;

/**
 * Dispatches as a session can take them in: whole while there is room for all; else the longest is shortened first,
 * by what its prompt quotes anyway, and at last by a prompt that sends the agent to the file.
 */
export function present(items: readonly Presented[], maxCharacters = MAX_PRINT_CHARACTERS): unknown[] {
  const shown = items.map(item => shownAs(item, 0));
  for (;;) {
    const total = shown.reduce((sum, { length }) => sum + length, 0);
    const longest = shown
      .filter(({ form }) => form + 1 < FORMS.length)
      .toSorted((left, right) => right.length - left.length)[0];
    if (total <= maxCharacters || longest === undefined) return shown.map(({ value }) => value);
    shown[shown.indexOf(longest)] = shownAs(longest.item, longest.form + 1);
  }
}

function shownAs(item: Presented, form: number) {
  const value = FORMS[form]?.(item);
  return { item, form, value, length: JSON.stringify(value).length };
}

const whole = ({ dispatch, spawn, file }: Presented) => ({ ...dispatch, spawn, file });

const withoutRole = (item: Presented) => ({
  ...whole(item),
  agentType: { ...item.dispatch.agentType, systemPrompt: undefined },
  truncated: true,
});

const withoutBodies = (item: Presented) => ({
  ...withoutRole(item),
  context: undefined,
  thread: item.dispatch.thread && { id: item.dispatch.thread.id, messages: item.dispatch.thread.messages.length },
});

/** As the type itself an agent that has no `Read` could not read its brief, and its excuse would be the result. */
const byFile = (item: Presented) => ({
  ...withoutBodies(item),
  spawn: canRead(item.dispatch) ? item.spawn : { ...item.spawn, subagent_type: undefined },
  prompt: `Your whole brief is in the file ${item.promptFile}. Read it to its end first, then do what it says.`,
});

const canRead = ({ agentType: { tools } }: Dispatch): boolean => tools.length === 0 || tools.includes('Read');

const FORMS = [whole, withoutRole, withoutBodies, byFile] as const;
