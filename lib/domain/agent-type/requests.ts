import { z } from 'zod';
import { Id, pageFields, pageOf, searchField } from '../fields';
import { AgentType, AgentTypeRevision, AgentTypeSlug, CreateAgentType, PatchAgentType } from './schema';

const flag = z.enum(['true', 'false']).transform(text => text === 'true');

export const ListAgentTypes = z.strictObject({
  ...pageFields,
  ...searchField,
  enabled: flag.optional(),
  paused: flag.optional(),
  reportsTo: z.string().max(64).optional(),
});
export type ListAgentTypes = z.infer<typeof ListAgentTypes>;

export const AgentTypePage = pageOf(AgentType);
export const AgentTypeRevisionPage = pageOf(AgentTypeRevision);

export const RollBackAgentType = z.strictObject({
  revision: z.number().int().positive().describe('The revision whose settings come back, as a new revision'),
  currentRevision: z.number().int().positive().optional().describe('Refuses when the type has moved on from this one'),
});
export type RollBackAgentType = z.infer<typeof RollBackAgentType>;

export const PreviewAgentType = z.strictObject({
  threadId: Id.optional().describe('Shows the prompt for this thread’s last message'),
});
export type PreviewAgentType = z.infer<typeof PreviewAgentType>;

export const AgentTypePreview = z.object({
  prompt: z.string().describe('What a dispatch gets, with stand-ins for its key and ids'),
  slug: AgentTypeSlug,
  revision: z.number().int(),
  threadId: Id.nullable(),
  messageId: Id.nullable().describe('The message shown as the work; null: a stand-in'),
  characters: z.number().int(),
});
export type AgentTypePreview = z.infer<typeof AgentTypePreview>;

export const ImportQuery = z.strictObject({
  dryRun: z.enum(['0', '1', 'true', 'false']).optional().describe('1: says what would happen and changes nothing'),
});
export type ImportQuery = z.infer<typeof ImportQuery>;

/** More than any tenant has; one import is one transaction. */
const MAX_IMPORT = 200;
export const ImportDocument = z.strictObject({
  /** Each judged by itself, so that one bad entry is told by its slug. */
  agentTypes: z.array(z.unknown()).max(MAX_IMPORT),
});
/** Of a type that is there only what is named changes; a new one gets the defaults. */
export const ImportChange = PatchAgentType.omit({ revision: true }).extend({ slug: AgentTypeSlug });
export type ImportChange = z.infer<typeof ImportChange>;
export const ImportNew = CreateAgentType;
export type ImportNew = z.infer<typeof ImportNew>;

export const IMPORT_RESULTS = ['created', 'updated', 'unchanged', 'invalid'] as const;
export const ImportItem = z.object({
  slug: z.string(),
  result: z.enum(IMPORT_RESULTS),
  revision: z.number().int().nullable().describe('The revision it has now, or had at a dry run; null: none yet'),
  changes: AgentTypeRevision.shape.changes,
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type ImportItem = z.infer<typeof ImportItem>;
export const ImportReport = z.object({ dryRun: z.boolean(), items: z.array(ImportItem) });
export type ImportReport = z.infer<typeof ImportReport>;
