import type { Settings } from '../../domain/settings/schema';
import type { INTERNAL_COLLECTIONS } from '../../store/health';
import type { COLLECTION_NAMES } from '../../store/collections';
import { MALFORMED_KEPT } from '../../store/malformed';

type Retention = Settings['retention'];
type Known = (typeof COLLECTION_NAMES)[keyof typeof COLLECTION_NAMES] | (typeof INTERNAL_COLLECTIONS)[number];

/** What keeps each collection from growing for ever, in words for the health page. A new one without does not compile. */
const BOUNDS: Record<Known, string | ((retention: Retention) => string)> = {
  messages: 'kept: the record of what was said',
  tasks: 'kept: the record of what was done',
  threads: 'kept with their messages',
  projects: 'one each node',
  runs: 'kept: one each intent',
  reports: 'kept: at most one progress report a dispatch a second, and one of each other act',
  'agent-types-config': 'one each type',
  'agent-type-revisions': 'one each save',
  dispatches: ({ dispatchDays }) => `open ones, and ended ones for ${dispatchDays} days`,
  sessions: ({ sessionDays }) => `open ones, and ended ones for ${sessionDays} days`,
  'tool-calls': ({ toolCallDays }) => `${toolCallDays} days`,
  activity: ({ activityDays }) => `${activityDays} days`,
  consumers: 'gone 7 days after last seen',
  presence: 'gone 2 minutes after last seen',
  'api-tokens': 'one each token made: the log names them',
  'web-sessions': 'gone at expiry',
  'sign-in-codes': 'gone at expiry, 10 minutes',
  tenants: 'one each tenant',
  settings: 'one each tenant',
  accounts: 'gone a day after the hold is over',
  spend: 'one each turn that told its cost, 8 days',
  'spend-days': 'one each type and day, 8 days',
  'idempotency-keys': 'gone after 24 hours',
  malformed: `the latest ${MALFORMED_KEPT.toLocaleString('en')}`,
  migrations: 'one each migration',
  'plane-meta': 'one',
};

const FOREIGN = 'not the plane’s own: nothing here bounds it';

export function boundOf(collection: string, retention: Retention): string {
  const bound = Object.hasOwn(BOUNDS, collection) ? BOUNDS[collection as Known] : FOREIGN;
  return typeof bound === 'string' ? bound : bound(retention);
}
