'use client';
import { useState } from 'react';
import type { Activity } from '@/lib/domain/activity/schema';
import { Dialog } from '@/app/_ui/dialog';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { ActivityDetails } from './activity-details';
import { ACTIVITY_CARD_PX, ACTIVITY_ROW_PX, ActivityCard, ActivityHead, ActivityRow, type OnPin } from './activity-row';
import { useSubjects } from './use-subjects';

interface ActivityTableProps {
  items: readonly Activity[];
  onEnd: () => void;
  onPin: OnPin;
}

export function ActivityTable({ items, onEnd, onPin }: ActivityTableProps) {
  const narrow = useNarrow();
  const { nameOf } = useSubjects();
  const [opened, setOpened] = useState<Activity | null>(null);
  return (
    <>
      {narrow ? null : <ActivityHead />}
      <VirtualRows
        label="Audit log, newest first"
        items={items}
        keyOf={row => row.id}
        rowHeight={narrow ? ACTIVITY_CARD_PX : ACTIVITY_ROW_PX}
        onEnd={onEnd}
        className="flex-1"
        render={row =>
          narrow ? (
            <ActivityCard row={row} name={nameOf(row.subject)} onOpen={() => setOpened(row)} />
          ) : (
            <ActivityRow row={row} name={nameOf(row.subject)} onOpen={() => setOpened(row)} onPin={onPin} />
          )
        }
      />
      <Dialog isOpen={opened !== null} onClose={() => setOpened(null)} title={opened?.action ?? ''}>
        {opened ? <ActivityDetails row={opened} /> : null}
      </Dialog>
    </>
  );
}
