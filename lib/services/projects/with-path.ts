import type { Page } from '../../domain/fields';
import type { ProjectKind } from '../../domain/project/schema';
import type { Plane } from '../context';

interface Hanging {
  tenantId: string;
  projectId: string | null;
}
type WithPath<R> = R & Record<ProjectKind, string | null>;

/** The record with the slugs of the nodes it hangs under now. */
export async function withPath<R extends Hanging>(plane: Plane, record: R): Promise<WithPath<R>> {
  const [shown] = await withPaths(plane, [record]);
  return shown!;
}

export const pageWithPaths = async <R extends Hanging>(plane: Plane, page: Page<R>): Promise<Page<WithPath<R>>> => ({
  ...page,
  items: await withPaths(plane, page.items),
});

/** From memory. Only nodes that the tree does not know are looked up, those of all records together. */
async function withPaths<R extends Hanging>({ projects }: Plane, records: R[]): Promise<WithPath<R>[]> {
  await projects.settled();
  await projects.freshFor(...records.map(({ projectId }) => projectId));
  return records.map(record => {
    const { client = null, brand = null, project = null } = projects.resolve(record.tenantId, record.projectId);
    return { ...record, client, brand, project };
  });
}
