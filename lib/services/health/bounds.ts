import { MALFORMED_KEPT } from '../../store/malformed';

/** What keeps each collection from growing for ever, in words for the health page. */
export const BOUNDS: Record<string, string> = {
  messages: 'kept: the record of what was said',
  tasks: 'kept: the record of what was done',
  threads: 'kept with their messages',
  'agent-types-config': 'one each type',
  'agent-type-revisions': 'one each save',
  projects: 'one each node',
  runs: 'kept: one each intent',
  reports: 'kept: at most one progress report a dispatch a second, and one of each other act',
  dispatches: 'retention, 180 days by default',
  sessions: 'retention, 30 days by default',
  'tool-calls': 'retention, 30 days by default',
  activity: 'retention, 90 days by default',
  presence: 'gone 2 minutes after last seen',
  'web-sessions': 'gone at expiry',
  'sign-in-codes': 'gone at expiry, 10 minutes',
  'idempotency-keys': 'gone after 24 h',
  malformed: `the latest ${MALFORMED_KEPT.toLocaleString('en')}`,
};
