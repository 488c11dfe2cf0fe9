'use client';
import type { Settings } from '@/lib/domain/settings/schema';
import { useMay } from '@/app/_live/session';
import { Panel } from '@/app/_ui/panel';
import { SwitchInput } from '@/app/_ui/switch-input';
import { useChangeSettings } from './use-change-settings';

export function DispatchPanel({ settings }: { settings: Settings }) {
  const may = useMay();
  const { dispatchPaused, revision } = settings;
  const change = useChangeSettings(dispatchPaused ? 'Dispatch goes on' : 'Dispatch is paused');
  return (
    <Panel title="Dispatch" bodyClassName="p-4">
      <SwitchInput
        label="Pause all dispatch"
        hint="No new work is claimed. What runs goes on; what waits is held and stays in its order."
        value={dispatchPaused}
        isDisabled={!may.work}
        // Not disabled while it is under way: a disabled switch drops the focus of whoever turned it.
        onChange={paused => change.isPending || change.mutate({ dispatchPaused: paused, revision })}
      />
    </Panel>
  );
}
