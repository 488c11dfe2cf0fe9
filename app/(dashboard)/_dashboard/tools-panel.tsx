'use client';
import { formatDuration } from '@/app/_ui/duration';
import { formatCount, formatWindow } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { LAMP_TEXT } from '@/app/_ui/status';
import { useStats } from '../_queries/use-stats';

export function ToolsPanel() {
  const { data } = useStats();
  if (data === undefined || data.tools.length === 0) return null;
  const note = `${formatWindow(data.windowSeconds)} · ${formatCount(data.toolCalls.total)} calls · ${formatCount(data.toolCalls.inFlight)} in flight`;
  return (
    <Panel title="Tool calls" note={note} scrolls="sideways">
      <table className="w-full text-table">
        <thead className="text-xs text-muted">
          <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:px-2 [&>th]:font-normal">
            <th className="pl-4! text-left">tool</th>
            <th className="text-right">calls</th>
            <th className="text-right">errors</th>
            <th className="text-right">p50</th>
            <th className="text-right">p95</th>
            <th className="pr-4! text-right">p99</th>
          </tr>
        </thead>
        <tbody>
          {data.tools.map(tool => (
            <tr
              key={tool.tool}
              className="tabular h-(--row-height) border-b border-separator text-right last:border-b-0 [&>td]:px-2"
            >
              <th scope="row" className="mono pl-4 text-left text-xs font-normal">
                {tool.tool}
              </th>
              <td>{formatCount(tool.calls)}</td>
              <td className={tool.errors > 0 ? LAMP_TEXT.failed : 'text-muted'}>{formatCount(tool.errors)}</td>
              <td>{formatDuration(tool.p50)}</td>
              <td>{formatDuration(tool.p95)}</td>
              <td className="pr-4!">{formatDuration(tool.p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
