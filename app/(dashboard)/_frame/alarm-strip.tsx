'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useConnection, useDatabaseAway } from '@/app/_live/use-connection';
import { Lamp } from '@/app/_ui/lamp';
import { plural } from '@/app/_ui/number';
import { LAMP_TINT } from '@/app/_ui/status';
import { useHealth } from '../_queries/use-health';
import { useInbox } from '../_queries/use-inbox';
import { useSettings } from '../_queries/use-settings';
import { useStats } from '../_queries/use-stats';
import { alarmsOf } from './alarms';

/** One line under the bar for all that is wrong; gone when nothing is, but on the dashboard it says so. */
export function AlarmStrip() {
  const offline = useConnection().state === 'offline';
  const databaseAway = useDatabaseAway();
  const { data: health } = useHealth();
  const { data: settings } = useSettings();
  const { data: stats } = useStats();
  const inbox = useInbox();
  const waiting = inbox.isPending ? undefined : inbox.items;
  const isLooking = [health, settings, stats, waiting].includes(undefined);
  const onDashboard = usePathname() === '/';
  const alarms = alarmsOf({ offline, databaseAway, health, settings, stats, waiting });
  const worst = alarms.find(alarm => alarm.lamp === 'failed') ?? alarms[0];
  if (worst === undefined && !onDashboard) return <div role="status" aria-label="Alarms" aria-busy={isLooking} />;
  return (
    <div
      role="status"
      aria-label="Alarms"
      aria-busy={isLooking}
      className={`border-b border-border ${worst === undefined ? '' : LAMP_TINT[worst.lamp]}`}
    >
      <ul className="mx-auto flex min-h-9 w-full max-w-[1440px] flex-wrap items-center gap-x-6 gap-y-1 px-3 py-1.5 text-table sm:px-5">
        {worst === undefined ? (
          <li className="flex items-center gap-2 text-muted">
            <Lamp lamp={isLooking ? 'idle' : 'done'} />
            {isLooking ? (
              'Looking at the plane'
            ) : (
              <Calm waits={waiting?.length ?? 0} isUnheard={stats?.work.orchestratorsConnected === 0} />
            )}
          </li>
        ) : (
          alarms.map(alarm => (
            <li key={alarm.id} className="flex gap-2">
              {/* In the middle of the first line, however many follow. */}
              <span className="flex h-lh items-center">
                <Lamp lamp={alarm.lamp} />
              </span>
              <span>
                {alarm.text}
                {alarm.href === undefined ? null : (
                  <Link href={alarm.href} className="ml-2 font-medium whitespace-nowrap underline underline-offset-2">
                    {alarm.action}
                  </Link>
                )}
              </span>
            </li>
          ))
        )}
      </ul>
    </div>
  );
}

/** Nothing is wrong; work may still wait in the inbox for somebody to decide, or would find nobody who claims it. */
function Calm({ waits, isUnheard }: { waits: number; isUnheard: boolean }) {
  if (waits === 0 && !isUnheard) return 'Nothing needs you';
  return (
    <span>
      Nothing is wrong
      {waits > 0 ? <Next href="/inbox">{plural(waits, 'item')} in the inbox</Next> : null}
      {isUnheard ? <Next href="/connect">connect an orchestrator to begin</Next> : null}
    </span>
  );
}

function Next({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <>
      {' · '}
      <Link href={href} className="underline underline-offset-2">
        {children}
      </Link>
    </>
  );
}
