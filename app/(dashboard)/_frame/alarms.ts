import type { SystemHealth } from '@/lib/domain/health/schema';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import type { Settings } from '@/lib/domain/settings/schema';
import type { Stats } from '@/lib/domain/stats/schema';
import { formatCount, plural } from '@/app/_ui/number';
import type { Lamp } from '@/app/_ui/status';
import { byUrgency } from '../_inbox/inbox-order';
import { isAnswerable } from '../_inbox/inbox-words';

export interface Alarm {
  id: string;
  lamp: Lamp;
  text: string;
  /** What to do about it; nothing, where only waiting helps. */
  href?: string;
  action?: string;
}

export interface AlarmSigns {
  /** The page hears nothing: whatever else it knows may have changed since. */
  offline: boolean;
  databaseAway: boolean;
  health: SystemHealth | undefined;
  settings: Settings | undefined;
  stats: Stats | undefined;
  waiting: readonly InboxItem[] | undefined;
}

/** Everything that wants somebody now, worst first, each with where to go. */
export function alarmsOf(signs: AlarmSigns): Alarm[] {
  if (signs.offline) return [OFFLINE];
  if (signs.databaseAway) return [AWAY];
  return [
    ...healthAlarms(signs.health),
    ...pauseAlarm(signs.settings),
    ...questionAlarm(signs.waiting),
    ...stuckAlarm(signs.stats),
    ...limitAlarms(signs.stats),
  ];
}

const OFFLINE: Alarm = {
  id: 'offline',
  lamp: 'failed',
  text: 'The server cannot be reached. The page shows what it last knew, and goes on by itself.',
};

const AWAY: Alarm = {
  id: 'database',
  lamp: 'failed',
  text: 'MongoDB is away. Nothing is lost: the page goes on by itself when it is back.',
  href: '/health',
  action: 'health',
};

/** A figure stays with its unit where the line breaks, as it does at phone width. */
const withUnits = (text: string): string => text.replaceAll(/(\d) (?=(?:ms|s|min|h|d)\b)/g, '$1\u00A0');

function healthAlarms(health: SystemHealth | undefined): Alarm[] {
  if (health === undefined || health.status === 'ok') return [];
  return health.reasons.map(reason => {
    const unheard = /listening|orchestrator/i.test(reason);
    return {
      // The same alarm while its seconds count up.
      id: reason.replaceAll(/\d+/g, '#'),
      lamp: health.status === 'down' ? 'failed' : 'waiting',
      text: withUnits(reason),
      href: unheard ? '/connect' : '/health',
      action: unheard ? 'connect one' : 'health',
    };
  });
}

const pauseAlarm = (settings: Settings | undefined): Alarm[] =>
  settings?.dispatchPaused === true
    ? [
        {
          id: 'paused',
          lamp: 'waiting',
          text: 'Dispatch is paused: work is held until it is resumed.',
          href: '/settings',
          action: 'resume',
        },
      ]
    : [];

/** Agents that stand still until somebody answers; the rest of the inbox holds nobody up. */
function questionAlarm(waiting: readonly InboxItem[] = []): Alarm[] {
  const questions = waiting.filter(isAnswerable);
  if (questions.length === 0) return [];
  const verb = questions.length === 1 ? 'waits' : 'wait';
  const blockers = questions.filter(({ kind }) => kind === 'blocker').length;
  const asked = questions.length - blockers;
  const counts = [asked > 0 ? plural(asked, 'question') : '', blockers > 0 ? plural(blockers, 'blocker') : ''];
  return [
    {
      id: 'questions',
      lamp: 'waiting',
      text: `${counts.filter(Boolean).join(' and ')} ${verb} for you`,
      href: `/inbox?item=${byUrgency(questions)[0]?.id}`,
      action: 'answer',
    },
  ];
}

/** Agents that are alive and get nowhere, until somebody looks. */
function stuckAlarm(stats: Stats | undefined): Alarm[] {
  const stuck = stats?.work.stuck ?? 0;
  if (stuck === 0) return [];
  const text = `${plural(stuck, 'dispatch is', 'dispatches are')} stuck: no progress for too long`;
  return [{ id: 'stuck', lamp: 'blocked', text, href: '/dispatches?state=stuck', action: 'look' }];
}

/** More of these than fit a line would hide the rest. */
const MAX_LIMITS_NAMED = 2;

function limitAlarms(stats: Stats | undefined): Alarm[] {
  const full = (stats?.agentTypes ?? []).filter(
    ({ running, concurrency, waiting }) => running >= concurrency && waiting > 0,
  );
  return full.slice(0, MAX_LIMITS_NAMED).map(({ slug, waiting }) => ({
    id: `limit-${slug}`,
    lamp: 'waiting',
    text: `${slug} at its limit, ${formatCount(waiting)} waiting`,
    href: `/agents/${slug}`,
    action: 'raise it',
  }));
}
