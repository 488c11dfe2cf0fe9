import { z } from 'zod';
import { Id, Labels, Slug, pageFields, recordFields, searchField } from '../fields';
import { patchFields } from '../merge-patch';

export const PROJECT_KINDS = ['client', 'brand', 'project'] as const;
export const ProjectKind = z.enum(PROJECT_KINDS);
export type ProjectKind = z.infer<typeof ProjectKind>;

/** The kind a node's parent must have; a client hangs on nothing. */
export const PARENT_KIND: Record<ProjectKind, ProjectKind | null> = { client: null, brand: 'client', project: 'brand' };

/** Of a node through the API; what a driver wrote may fill its document, and is handed on no longer than this. */
export const MAX_NAME_CHARACTERS = 120;
export const MAX_CONTEXT_CHARACTERS = 60_000;

const editable = {
  slug: Slug,
  name: z.string().min(1).max(MAX_NAME_CHARACTERS),
  parentId: Id.nullable(),
  context: z.string().max(MAX_CONTEXT_CHARACTERS).describe('Markdown that agents get with the work'),
  labels: Labels,
};

export const Project = z.object({ ...recordFields, kind: ProjectKind, ...editable });
export type Project = z.infer<typeof Project>;

export const CreateProject = z.strictObject({
  kind: ProjectKind,
  slug: editable.slug,
  name: editable.name,
  parentId: editable.parentId.default(null),
  context: editable.context.default(''),
  labels: editable.labels.default({}),
});
export type CreateProject = z.infer<typeof CreateProject>;

export const PatchProject = z.strictObject({
  ...patchFields(CreateProject.omit({ kind: true }).shape),
  labels: z
    .record(Labels.keyType, Labels.valueType.nullable())
    .nullable()
    .optional()
    .describe('Merged one by one; a label of null goes, and with null all of them'),
});
export type PatchProject = z.infer<typeof PatchProject>;

export const ListProjects = z.strictObject({
  ...pageFields,
  ...searchField,
  kind: ProjectKind.optional(),
  parentId: Id.optional(),
});
export type ListProjects = z.infer<typeof ListProjects>;

const nodeSlug = (kind: ProjectKind) =>
  Slug.nullable().describe(`Slug of the ${kind} it hangs under, as the tree is now; null where there is none`);
/** What every record with a `projectId` shows beside it: resolved from the tree at each read, stored nowhere. */
export const pathFields = { client: nodeSlug('client'), brand: nodeSlug('brand'), project: nodeSlug('project') };
/** For `omit`, where a record is handed over without them. */
export const PATH_FIELDS = { client: true, brand: true, project: true } as const satisfies Record<ProjectKind, true>;
/** As it stands in the database, or beside a cascade that says more. */
export type Pathless<R extends Record<ProjectKind, string | null>> = Omit<R, ProjectKind>;

/** One step of the cascade, outermost first: client › brand › project. */
export const ContextStep = z.object({
  id: Id,
  kind: ProjectKind,
  slug: Slug,
  name: z.string(),
  context: z.string().describe('Markdown; of more than 60,000 characters the beginning, with a last line that says so'),
});
export type ContextStep = z.infer<typeof ContextStep>;
export const ProjectContext = z.object({
  steps: z.array(ContextStep),
  labels: z.record(z.string(), z.string()).describe('The innermost wins; at most 20,000 characters, those first'),
  labelsLeftOut: z.number().int().describe('How many were left out for that, the outermost'),
});
export type ProjectContext = z.infer<typeof ProjectContext>;
