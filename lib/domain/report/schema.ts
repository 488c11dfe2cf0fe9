import { z } from 'zod';
import { MAX_OUTPUT_CHARACTERS } from '../dispatch/schema';
import { Body, GivenTime, Id, Timestamp, Usage, pageFields, recordFields, searchField } from '../fields';
import { Delivered, MAX_DELIVERABLES } from '../task/schema';

/** The six contracts between tiers. One schema each, for HTTP and for the tools, so that neither takes what the other refuses. */

/** What a handover may come to, in JSON: it rides in the task's document and in its worker's prompt. */
export const MAX_INPUTS_BYTES = 64 * 1_024;
/** Output and deliverables together: they are kept in the dispatch, the task and the report, each at most 256 KiB. */
export const MAX_RESULT_BYTES = 128 * 1_024;

/** One less than a body of the HTTP API may have, which is around them: a tool takes no more. */
const MAX_INPUTS_DEPTH = 19;
/** The database's documents have no name with a NUL in it, and its driver takes the others for values of its own. */
const isStorableName = (name: string): boolean => !name.includes('\0') && name !== '_bsontype';
const isReference = (value: object): boolean => '$ref' in value && '$id' in value;
const isStorable = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth <= MAX_INPUTS_DEPTH &&
    !isReference(value) &&
    Object.entries(value).every(([name, child]) => isStorableName(name) && isStorable(child, depth + 1)));

export const Inputs = z
  .record(z.string().min(1).max(120), z.unknown())
  .refine(
    inputs => isStorable(inputs, 1),
    `wants at most ${MAX_INPUTS_DEPTH} levels, no name with NUL in it or called _bsontype, and no $ref beside an $id; JSON as text is taken as it is`,
  )
  .describe('By name: a value or path for every deliverable of the tasks it depends on');
export type Inputs = z.infer<typeof Inputs>;

const Line = z.string().min(1).max(2_000);
const Said = z.string().min(1).max(8_000);
const Option = z.string().min(1).max(500);
const MAX_OPTIONS = 20;

export const handoffFields = {
  inputs: Inputs,
  context: z.string().max(32_000).describe('What the worker has to know beside the inputs'),
};
export const progressFields = {
  percent: z.number().min(0).max(100),
  state: Line.describe('One concrete line: what is finished, what is next'),
};
export const blockerFields = {
  reason: Said.describe('Why the work cannot go on'),
  needs: Said.describe('What would clear it, and who may have it'),
};
export const questionFields = {
  question: Body,
  options: z.array(Option).min(2).max(MAX_OPTIONS).optional().describe('Choices, where there are such'),
  default: Line.optional().describe('What holds if nobody answers; one of the options, if any'),
  deadline: GivenTime.optional().describe('When the default holds, ISO 8601'),
};
export const resultFields = {
  output: z.string().min(1).max(MAX_OUTPUT_CHARACTERS).describe('What was done, how it was checked, what was not done'),
  deliverables: z.array(Delivered).max(MAX_DELIVERABLES).optional(),
  usage: Usage.optional(),
};

export const REPORT_KINDS = ['handoff', 'progress', 'blocker', 'question', 'result'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

const ofTask = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.strictObject({ kind: z.literal(kind), taskId: Id, ...shape });

export const CreateReport = z.discriminatedUnion('kind', [
  ofTask('handoff', handoffFields),
  ofTask('progress', progressFields),
  ofTask('blocker', blockerFields),
  ofTask('question', questionFields),
  ofTask('heartbeat', {}),
  ofTask('result', resultFields),
]);
export type CreateReport = z.infer<typeof CreateReport>;

const base = { ...recordFields, taskId: Id, runId: Id.nullable(), dispatchId: Id.nullable() };
const recordOf = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.object({ ...base, kind: z.literal(kind), ...shape });

export const Report = z.discriminatedUnion('kind', [
  recordOf('handoff', { inputs: z.record(z.string(), z.unknown()), context: z.string() }),
  recordOf('progress', { percent: z.number(), state: z.string() }),
  recordOf('blocker', { reason: z.string(), needs: z.string() }),
  recordOf('question', {
    question: z.string(),
    options: z.array(z.string()).nullable(),
    default: z.string().nullable(),
    deadline: Timestamp.nullable(),
  }),
  recordOf('result', { output: z.string(), deliverables: z.array(Delivered), usage: Usage.nullable() }),
]);
export type Report = z.infer<typeof Report>;
export type HandoffReport = Extract<Report, { kind: 'handoff' }>;

export const ListReports = z.strictObject({
  ...pageFields,
  ...searchField,
  kind: z.enum(REPORT_KINDS).optional(),
  taskId: Id.optional(),
  runId: Id.optional(),
  dispatchId: Id.optional(),
});
export type ListReports = z.infer<typeof ListReports>;

/** A name is there, with something in it. */
export function isFilled(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return true;
}
