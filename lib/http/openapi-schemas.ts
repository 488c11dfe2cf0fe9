import { z } from 'zod';
import { Activity } from '../domain/activity/schema';
import { AgentType, AgentTypeRevision, Budget, Thresholds } from '../domain/agent-type/schema';
import { CostItem, Costs } from '../domain/costs/schema';
import { ClaimResult, Dispatch, DispatchRecord, HeartbeatResult } from '../domain/dispatch/schema';
import { ConsumerRecord, RecentEvent } from '../domain/event/schema';
import { Usage } from '../domain/fields';
import { SystemHealth } from '../domain/health/schema';
import { CleanUpReport, StaleRecord } from '../domain/maintenance/schema';
import { ApiToken, IssuedToken, Me, Tenant } from '../domain/identity/schema';
import { Ledger, Message } from '../domain/message/schema';
import { Sender } from '../domain/message/sender';
import { ContextStep, Project, ProjectContext } from '../domain/project/schema';
import { Report } from '../domain/report/schema';
import { Run } from '../domain/run/schema';
import { Session } from '../domain/session/schema';
import { Settings } from '../domain/settings/schema';
import { Stats } from '../domain/stats/schema';
import { Task, TaskResult } from '../domain/task/schema';
import { Thread } from '../domain/thread/schema';
import { ToolCall } from '../domain/tool-call/schema';
import { ProblemBody } from '../wire/error-body';

export type Json = Record<string, unknown>;

/** Shapes that clients want by name; whatever else a route uses stands in it. */
const NAMED = {
  Activity,
  AgentType,
  AgentTypeRevision,
  ApiToken,
  Budget,
  ClaimResult,
  CleanUpReport,
  Consumer: ConsumerRecord,
  ContextStep,
  CostItem,
  Costs,
  Dispatch,
  DispatchRecord,
  HeartbeatResult,
  IssuedToken,
  Ledger,
  Me,
  Message,
  Problem: ProblemBody,
  Project,
  ProjectContext,
  RecentEvent,
  Report,
  Run,
  Sender,
  Session,
  Settings,
  StaleRecord,
  Stats,
  SystemHealth,
  Task,
  TaskResult,
  Tenant,
  Thread,
  Thresholds,
  ToolCall,
  Usage,
} satisfies Record<string, z.ZodType>;

/** JSON Schema of zod schemas; what is named is collected once and referred to. */
export class SchemaWriter {
  /** For `components.schemas`; complete when everything has been written. */
  readonly components: Record<string, unknown> = {};
  readonly #names = z.registry<{ id: string }>();

  constructor() {
    for (const [id, schema] of Object.entries(NAMED)) this.#names.add(schema, { id });
  }

  write(schema: z.ZodType, io: 'input' | 'output'): Json {
    const written = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      // A named shape has one form here; what clients send is small and stands where it is used.
      ...(io === 'output' ? { metadata: this.#names } : {}),
      override: ({ zodSchema, jsonSchema }) => tidy(zodSchema as unknown as z.ZodType, jsonSchema as Json),
    }) as Json;
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json & {
      $defs?: Record<string, unknown>;
    };
    Object.assign(this.components, $defs);
    return rest;
  }
}

const LARGEST_SAFE = Number.MAX_SAFE_INTEGER;

function tidy(zodSchema: z.ZodType, jsonSchema: Json): void {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined && jsonSchema['$ref'] === undefined) jsonSchema['description'] ??= description;
  // Both say less than they cost: the format is checked anyway, and the bounds are JavaScript's.
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
  if (jsonSchema['minimum'] === -LARGEST_SAFE) delete jsonSchema['minimum'];
  if (jsonSchema['maximum'] === LARGEST_SAFE) delete jsonSchema['maximum'];
}
