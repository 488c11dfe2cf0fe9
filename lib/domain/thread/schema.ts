import { z } from 'zod';
import { patchFields } from '../merge-patch';
import { Addressee } from '../message/schema';
import { Id, NullableTimestamp, Priority, Subject, pageFields, recordFields, searchField, underField } from '../fields';
import { pathFields } from '../project/schema';

export const THREAD_STATUSES = ['open', 'waiting', 'done'] as const;
export const ThreadStatus = z.enum(THREAD_STATUSES);
export type ThreadStatus = z.infer<typeof ThreadStatus>;

export const Thread = z.object({
  ...recordFields,
  subject: z.string(),
  title: z.string().describe('The subject, or the first words of the first message'),
  priority: Priority,
  assignedTo: z.string().nullable().describe('Default addressee of people’s messages'),
  projectId: Id.nullable(),
  ...pathFields,
  status: ThreadStatus,
  messageCount: z.number().int().nonnegative(),
  lastMessageAt: NullableTimestamp,
});
export type Thread = z.infer<typeof Thread>;

export const CreateThread = z.strictObject({
  subject: Subject.default(''),
  priority: Priority.default('normal'),
  assignedTo: Addressee.nullable().default(null),
  projectId: Id.nullable().default(null),
});
export type CreateThread = z.infer<typeof CreateThread>;

export const PatchThread = z.strictObject(patchFields({ ...CreateThread.shape, status: ThreadStatus.default('open') }));
export type PatchThread = z.infer<typeof PatchThread>;

export const ListThreads = z.strictObject({
  ...pageFields,
  ...searchField,
  ...underField,
  status: ThreadStatus.optional(),
  assignedTo: z.string().max(64).optional(),
  priority: Priority.optional(),
});
export type ListThreads = z.infer<typeof ListThreads>;
