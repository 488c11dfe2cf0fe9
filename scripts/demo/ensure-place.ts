import { isControlPlaneError } from '@/lib/domain/errors';
import type { Project } from '@/lib/domain/project/schema';
import { must } from '@/lib/kernel/assert';
import type { Client } from '@/lib/sdk/client';
import { NORTHWIND } from './northwind';
import { readAll } from './read-all';

/** Client, brand and project, outermost first: those that are there, else made. What a person changed in them stays. */
export async function ensurePlace(client: Client): Promise<Project[]> {
  const nodes: Project[] = [];
  for (const node of NORTHWIND) {
    const wanted = { ...node, parentId: nodes.at(-1)?.id ?? null };
    nodes.push((await findNode(client, wanted)) ?? (await makeNode(client, wanted)));
  }
  return nodes;
}

type Wanted = (typeof NORTHWIND)[number] & { parentId: string | null };

async function makeNode(client: Client, wanted: Wanted): Promise<Project> {
  try {
    return await client.post<Project>('/api/projects', wanted);
  } catch (error) {
    // Two demos began at once, and the other one was first.
    if (!isControlPlaneError(error, 'already-exists')) throw error;
    return must(await findNode(client, wanted), 'the node that is there already');
  }
}

/** Slugs are unique among siblings, so kind, slug and parent name one. */
async function findNode(client: Client, { kind, slug, parentId }: Wanted): Promise<Project | undefined> {
  const isIt = (node: Project) => node.slug === slug && node.parentId === parentId;
  const nodes = await readAll<Project>(client, '/api/projects', { kind, parentId }, isIt);
  return nodes.find(isIt);
}
