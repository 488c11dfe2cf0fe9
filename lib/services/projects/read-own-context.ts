import { requirePermission } from '../../auth/policy';
import type { ProjectContext } from '../../domain/project/schema';
import type { ProjectDocument } from '../../store/documents';
import { hexOrNull } from '../../store/ids';
import { requireReader, type Caller } from '../identity/caller';
import { readChain } from './read-projects';
import { stepsOf } from './steps';

/**
 * Names and values together. A node may have as many as its document holds, and those of three would be a million
 * characters: the Markdown, at most 180,000 of the 400,000 that a client takes from one tool, would be lost with them.
 */
const MAX_LABEL_CHARACTERS = 20_000;

export interface OwnContext extends ProjectContext {
  /** For want of room, the outermost. */
  labelsLeftOut: number;
}

/** The cascade of a named node, else of the dispatch's own; work that hangs on none has none. */
export async function readOwnContext(caller: Caller, projectId: string | undefined): Promise<OwnContext> {
  requireReader(caller);
  requirePermission(caller.ctx.principal, 'projects:read');
  const id = projectId ?? hexOrNull(caller.dispatch?.projectId);
  if (id === null) return { steps: [], labels: {}, labelsLeftOut: 0 };
  const chain = await readChain(caller.ctx, id);
  return { steps: stepsOf(chain), ...labelsOf(chain) };
}

/** Of a chain that begins with the innermost node, whose labels win and come first. */
function labelsOf(chain: ProjectDocument[]): Pick<OwnContext, 'labels' | 'labelsLeftOut'> {
  const all = new Map<string, string>();
  for (const [name, value] of chain.flatMap(({ labels }) => Object.entries(labels))) {
    if (!all.has(name)) all.set(name, value);
  }
  let left = MAX_LABEL_CHARACTERS;
  const told = [...all].filter(([name, value]) => (left -= name.length + value.length) >= 0);
  return { labels: Object.fromEntries(told), labelsLeftOut: all.size - told.length };
}
