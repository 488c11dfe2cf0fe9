import type { ProjectContext } from '../../domain/project/schema';
import type { ProjectDocument } from '../../store/documents';
import { stepsOf } from './steps';

/**
 * Names and values together. A node may have as many as its document holds, and those of three would be a million
 * characters: the Markdown, at most 180,000 of the 400,000 that a client takes from one tool, would be lost with them.
 */
const MAX_LABEL_CHARACTERS = 20_000;

/** What a chain that begins with the innermost node gives to work: through each door the same. */
export const cascadeOf = (chain: ProjectDocument[]): ProjectContext => ({ steps: stepsOf(chain), ...labelsOf(chain) });

/** The innermost node's win and come first. */
function labelsOf(chain: ProjectDocument[]): Pick<ProjectContext, 'labels' | 'labelsLeftOut'> {
  const all = new Map<string, string>();
  for (const [name, value] of chain.flatMap(({ labels }) => Object.entries(labels))) {
    if (!all.has(name)) all.set(name, value);
  }
  let left = MAX_LABEL_CHARACTERS;
  const told = [...all].filter(([name, value]) => (left -= name.length + value.length) >= 0);
  return { labels: Object.fromEntries(told), labelsLeftOut: all.size - told.length };
}
