'use client';
import { AgentsPanel } from './agents-panel';
import { FeedPanel } from './feed-panel';
import { HopsPanel } from './hops-panel';
import { RatePanel } from './rate-panel';
import { StatCards } from './stat-cards';
import { ToolsPanel } from './tools-panel';

/** What is happening, is anything wrong, what do I do about it: the alarms stand above, in the frame. */
export function Dashboard() {
  return (
    <>
      <h1 className="sr-only">Dashboard</h1>
      <div className="flex flex-col gap-4">
        <StatCards />
        <div className="grid items-stretch gap-4 xl:grid-cols-2">
          <AgentsPanel />
          <FeedPanel />
        </div>
        <div className="grid items-stretch gap-4 xl:grid-cols-2">
          <HopsPanel />
          <RatePanel />
        </div>
        <ToolsPanel />
      </div>
    </>
  );
}
