import type { SystemHealth } from '@/lib/domain/health/schema';
import { NO_DATA, formatDuration } from '@/app/_ui/duration';
import { plural } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { StatusWord } from '@/app/_ui/status-word';

export function ReplicaPanel({ health }: { health: SystemHealth }) {
  return (
    <Panel
      id="members"
      title="Replica set"
      note={plural(health.replicaSet.members.length, 'member')}
      scrolls="sideways"
    >
      <table className="w-full text-table">
        <thead className="text-left text-xs text-muted">
          <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
            <th className="pl-4">host</th>
            <th>state</th>
            <th className="pr-4 text-right">behind</th>
          </tr>
        </thead>
        <tbody>
          {health.replicaSet.members.map(member => (
            <tr key={member.host} className="h-(--row-height) border-b border-separator last:border-b-0">
              <td className="mono pl-4 text-xs">{member.host}</td>
              <td>
                <StatusWord status={member.state.toLowerCase()} />
              </td>
              <td className="tabular pr-4 text-right">
                {member.lagSeconds === null ? NO_DATA : formatDuration(member.lagSeconds * 1_000)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
