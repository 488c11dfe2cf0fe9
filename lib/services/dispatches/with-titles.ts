import type { DispatchRecord } from '../../domain/dispatch/schema';
import type { Pathless } from '../../domain/project/schema';
import type { UntitledDispatch } from '../../store/to-record/dispatch';
import { findTitles } from '../../store/work-titles';
import type { Plane } from '../context';

/** What its title is the title of. */
const titledIdOf = ({ source, threadId }: UntitledDispatch) => (source.kind === 'task' ? source.id : threadId);

/** The dispatches of one tenant with what their work is called now. */
export async function withTitles(
  { collections }: Plane,
  tenantId: string,
  records: UntitledDispatch[],
): Promise<Pathless<DispatchRecord>[]> {
  const tasks = records.filter(({ source }) => source.kind === 'task').map(({ source }) => source.id);
  const threads = records.flatMap(({ source, threadId }) => (source.kind === 'task' || !threadId ? [] : [threadId]));
  const titles = await findTitles(collections, tenantId, { tasks, threads: [...new Set(threads)] });
  return records.map(record => ({ ...record, title: titles.get(titledIdOf(record) ?? '') ?? null }));
}
