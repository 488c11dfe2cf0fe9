'use client';
import { useSyncExternalStore } from 'react';
import { EmptyState } from '@/app/_ui/empty-state';
import { CodeLine } from '@/app/_ui/code-line';
import { openByCurl, OPEN_BY_TOOL } from './run-commands';

const never = () => () => undefined;

/** What a run is, and the three ways to open one. */
export function NoRuns() {
  const origin = useSyncExternalStore(
    never,
    () => location.origin,
    () => '',
  );
  return (
    <EmptyState
      title="An intent, the tasks a planner cut it into, and what came of them would stand here."
      action={
        <div className="flex max-w-full flex-col items-stretch gap-2">
          <p className="text-xs text-muted">From a shell:</p>
          <CodeLine code={openByCurl(origin)} label="curl command" className="max-w-full" />
          <p className="text-xs text-muted">
            From a session of Claude Code, or any MCP client with a controller’s token:
          </p>
          <CodeLine code={OPEN_BY_TOOL} label="tool call" className="max-w-full" />
        </div>
      }
    >
      Start one with Start a run. Its planner needs an orchestrator that claims work.
    </EmptyState>
  );
}
