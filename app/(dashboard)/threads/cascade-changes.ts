import { PROJECT_KINDS, type ProjectContext } from '@/lib/domain/project/schema';
import type { FieldChange } from '@/app/_ui/change-list';

const nameAt = ({ steps }: ProjectContext, kind: string): string | null =>
  steps.find(step => step.kind === kind)?.name ?? null;

/** All that agents are told, outermost first, as one text. */
const contextOf = ({ steps }: ProjectContext): string =>
  steps
    .filter(({ context }) => context.trim() !== '')
    .map(({ name, context }) => `# ${name}\n${context.trim()}`)
    .join('\n\n');

/** Client, brand, project, each label and the context: only what is not the same after the move. */
export function cascadeChanges(before: ProjectContext, after: ProjectContext): FieldChange[] {
  const labels = [...new Set([...Object.keys(before.labels), ...Object.keys(after.labels)])].toSorted();
  const all: FieldChange[] = [
    ...PROJECT_KINDS.map(kind => ({ field: kind, before: nameAt(before, kind), after: nameAt(after, kind) })),
    ...labels.map(label => ({
      field: label,
      before: before.labels[label] ?? null,
      after: after.labels[label] ?? null,
    })),
    { field: 'context', before: contextOf(before), after: contextOf(after) },
  ];
  return all.filter(change => change.before !== change.after);
}
