import type { Collection, Db } from 'mongodb';
import type {
  AccountDocument,
  ActivityDocument,
  AgentTypeDocument,
  AgentTypeRevisionDocument,
  ApiTokenDocument,
  ConsumerDocument,
  DispatchDocument,
  IdempotencyDocument,
  MalformedDocument,
  MessageDocument,
  PresenceDocument,
  ProjectDocument,
  ReportDocument,
  RunDocument,
  SessionDocument,
  SettingsDocument,
  SignInCodeDocument,
  SpendDayDocument,
  SpendDocument,
  TaskDocument,
  TenantDocument,
  ThreadDocument,
  ToolCallDocument,
  WebSessionDocument,
} from './documents';

/** Collection names are public: raw inserts and other tools use them. */
export const COLLECTION_NAMES = {
  messages: 'messages',
  tasks: 'tasks',
  agentTypes: 'agent-types-config',
  agentTypeRevisions: 'agent-type-revisions',
  threads: 'threads',
  projects: 'projects',
  runs: 'runs',
  reports: 'reports',
  dispatches: 'dispatches',
  sessions: 'sessions',
  toolCalls: 'tool-calls',
  consumers: 'consumers',
  presence: 'presence',
  activity: 'activity',
  apiTokens: 'api-tokens',
  webSessions: 'web-sessions',
  signInCodes: 'sign-in-codes',
  tenants: 'tenants',
  settings: 'settings',
  accounts: 'accounts',
  spend: 'spend',
  spendDays: 'spend-days',
  idempotencyKeys: 'idempotency-keys',
  malformed: 'malformed',
} as const;

export interface Collections {
  messages: Collection<MessageDocument>;
  tasks: Collection<TaskDocument>;
  agentTypes: Collection<AgentTypeDocument>;
  agentTypeRevisions: Collection<AgentTypeRevisionDocument>;
  threads: Collection<ThreadDocument>;
  projects: Collection<ProjectDocument>;
  runs: Collection<RunDocument>;
  reports: Collection<ReportDocument>;
  dispatches: Collection<DispatchDocument>;
  sessions: Collection<SessionDocument>;
  toolCalls: Collection<ToolCallDocument>;
  consumers: Collection<ConsumerDocument>;
  presence: Collection<PresenceDocument>;
  activity: Collection<ActivityDocument>;
  apiTokens: Collection<ApiTokenDocument>;
  webSessions: Collection<WebSessionDocument>;
  signInCodes: Collection<SignInCodeDocument>;
  tenants: Collection<TenantDocument>;
  settings: Collection<SettingsDocument>;
  accounts: Collection<AccountDocument>;
  spend: Collection<SpendDocument>;
  spendDays: Collection<SpendDayDocument>;
  idempotencyKeys: Collection<IdempotencyDocument>;
  malformed: Collection<MalformedDocument>;
}

export function collectionsOf(db: Db): Collections {
  const of = (key: keyof Collections) => db.collection(COLLECTION_NAMES[key]);
  return Object.fromEntries(
    (Object.keys(COLLECTION_NAMES) as (keyof Collections)[]).map(key => [key, of(key)]),
  ) as unknown as Collections;
}
