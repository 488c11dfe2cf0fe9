import type { SystemHealth } from '@/lib/domain/health/schema';
import type { Settings } from '@/lib/domain/settings/schema';
import type { Lamp } from '@/app/_ui/status';

export interface Alarm {
  id: string;
  lamp: Lamp;
  text: string;
  /** What to do about it. */
  href: string;
  action: string;
}

export interface AlarmSigns {
  databaseAway: boolean;
  health: SystemHealth | undefined;
  settings: Settings | undefined;
}

/** Everything that is wrong now, worst first, each with where to go. */
export function alarmsOf({ databaseAway, health, settings }: AlarmSigns): Alarm[] {
  if (databaseAway) {
    return [
      {
        id: 'database',
        lamp: 'failed',
        text: 'MongoDB is away. Nothing is lost: the page goes on by itself when it is back.',
        href: '/health',
        action: 'health',
      },
    ];
  }
  const alarms: Alarm[] = [];
  const paused = settings?.dispatchPaused === true;
  if (paused) {
    alarms.push({
      id: 'paused',
      lamp: 'waiting',
      text: 'Dispatch is paused: work is held until it is resumed.',
      href: '/settings',
      action: 'resume',
    });
  }
  for (const reason of health?.status === 'ok' ? [] : (health?.reasons ?? [])) {
    const unheard = /listening|orchestrator/i.test(reason);
    alarms.push({
      // The same alarm while its seconds count up.
      id: reason.replaceAll(/\d+/g, '#'),
      lamp: health?.status === 'down' ? 'failed' : 'waiting',
      text: reason,
      href: unheard ? '/connect' : '/health',
      action: unheard ? 'connect one' : 'health',
    });
  }
  return alarms;
}
