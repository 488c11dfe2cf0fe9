'use client';
import { useSyncExternalStore } from 'react';
import { EmptyState } from '@/app/_ui/empty-state';
import { CodeLine } from '@/app/_ui/code-line';
import { OPEN_BY_TOOL, openByCurl } from './run-commands';

const never = () => () => undefined;

/** What a run is, and the three ways to open one. */
export function NoRuns() {
  const origin = useSyncExternalStore(
    never,
    () => location.origin,
    () => '',
  );
  return (
    <div className="min-h-0 overflow-y-auto">
      <EmptyState title="An intent, the tasks a planner cut it into, and what came of them would stand here.">
        Open one with Start a run, or as below. Its planner needs an orchestrator that claims work.
      </EmptyState>
      <div className="mx-auto flex w-full max-w-[76ch] min-w-0 flex-col gap-1.5 px-4 pb-6 text-xs text-muted">
        <p>From a shell, with a token in SWITCHBOARD_TOKEN</p>
        <CodeLine code={openByCurl(origin)} label="curl command" />
        <p className="mt-2">From Claude Code or another MCP client, with the token of a controller</p>
        <CodeLine code={OPEN_BY_TOOL} label="tool call" />
      </div>
    </div>
  );
}
