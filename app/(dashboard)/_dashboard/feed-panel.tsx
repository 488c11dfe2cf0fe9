'use client';
import { Button } from '@heroui/react/button';
import { ArrowUp, Pause, Play } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import { useCallback, useRef } from 'react';
import { MAX_LOGGED } from '@/app/_live/use-event-log';
import { EmptyState } from '@/app/_ui/empty-state';
import { formatCount } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { FeedAnnouncer } from './feed-announcer';
import { FEED_ROW_PX, FeedRow } from './feed-row';
import { useFeed } from './use-feed';

/** By noun: what one looks for in a feed. Types begin with it. */
const KINDS = [
  'message',
  'task',
  'run',
  'report',
  'dispatch',
  'thread',
  'agent-type',
  'project',
  'tool',
  'session',
] as const;
const CHOICES = [{ value: 'all', label: 'all events' }, ...KINDS.map(kind => ({ value: kind, label: kind }))];
const FIRST_COMMAND = 'npm run demo';

export function FeedPanel() {
  const [kind, setKind] = useQueryState('feed', parseAsString.withDefault('all'));
  const matches = useCallback(
    (type: string) => kind === 'all' || type.startsWith(`${kind}-`) || type.startsWith(`${kind}:`),
    [kind],
  );
  const feed = useFeed(matches);
  const scroller = useRef<HTMLDivElement>(null);
  const showNew = () => {
    scroller.current?.scrollTo({ top: 0 });
    feed.showNew();
  };
  return (
    <Panel
      title="Live feed"
      note={`${formatCount(feed.rows.length)} of the last ${formatCount(MAX_LOGGED)}`}
      className="min-w-0"
      bodyClassName="relative flex flex-none! h-[26rem] flex-col xl:h-[27rem]"
      actions={
        <>
          <SelectField
            label="Events shown"
            hideLabel
            value={kind}
            choices={CHOICES}
            onChange={next => void setKind(next)}
            className="w-32"
          />
          <Button
            isIconOnly
            size="sm"
            variant="ghost"
            aria-label={feed.isPaused ? 'Resume the feed' : 'Pause the feed'}
            aria-pressed={feed.isPaused}
            onPress={() => feed.setPaused(!feed.isPaused)}
          >
            {feed.isPaused ? <Play /> : <Pause />}
          </Button>
        </>
      }
    >
      <FeedAnnouncer isHeld={feed.isPaused} />
      {feed.newCount > 0 ? (
        <Button size="sm" className="absolute top-2 left-1/2 z-10 h-7 -translate-x-1/2 rounded-full" onPress={showNew}>
          <ArrowUp /> {formatCount(feed.newCount)} new
        </Button>
      ) : null}
      {!feed.ready ? (
        <SkeletonRows rows={12} />
      ) : feed.rows.length === 0 && kind !== 'all' ? (
        <EmptyState title={`No ${kind} event among the last ${formatCount(MAX_LOGGED)}.`}>
          The next one shows here as it happens.
        </EmptyState>
      ) : feed.rows.length === 0 ? (
        <EmptyState title="Every change of the plane shows here as it happens." command={FIRST_COMMAND}>
          Messages, tasks, dispatches and tool calls, in order. Nothing has happened yet; the demo moves all of it.
        </EmptyState>
      ) : (
        <VirtualRows
          label="Events, newest first"
          scrollRef={scroller}
          items={feed.rows}
          keyOf={event => event.position}
          rowHeight={FEED_ROW_PX}
          onTopChange={feed.setAtTop}
          className="flex-1 py-1"
          render={event => <FeedRow event={event} />}
        />
      )}
    </Panel>
  );
}
