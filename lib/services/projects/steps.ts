import type { ContextStep } from '../../domain/project/schema';
import type { ProjectDocument } from '../../store/documents';
import { hex } from '../../store/ids';

/** From a node and those above it, outermost first. */
export const stepsOf = (chain: ProjectDocument[]): ContextStep[] =>
  chain.toReversed().map(({ _id, kind, slug, name, context }) => ({ id: hex(_id), kind, slug, name, context }));
