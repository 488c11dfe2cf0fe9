import { MAX_CONTEXT_CHARACTERS, MAX_NAME_CHARACTERS, type ContextStep } from '../../domain/project/schema';
import type { ProjectDocument } from '../../store/documents';
import { hex } from '../../store/ids';

/** From a node and those above it, outermost first: as long as answers and prompts carry them. */
export const stepsOf = (chain: ProjectDocument[]): ContextStep[] =>
  chain.toReversed().map(({ _id, kind, slug, name, context }) => ({
    id: hex(_id),
    kind,
    slug,
    name: name.slice(0, MAX_NAME_CHARACTERS),
    context: cut(context),
  }));

const cut = (context: string): string =>
  context.length <= MAX_CONTEXT_CHARACTERS
    ? context
    : `${context.slice(0, MAX_CONTEXT_CHARACTERS)}\n\n[cut here, at ${MAX_CONTEXT_CHARACTERS} of ${context.length} characters]`;
