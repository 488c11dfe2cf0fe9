import type { SystemHealth } from '@/lib/domain/health/schema';
import { EmptyState } from '@/app/_ui/empty-state';
import { formatCount } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';

/** Documents that were skipped, each with its reason. They stop nothing. */
export function MalformedPanel({ health }: { health: SystemHealth }) {
  const { count, recent } = health.malformed;
  return (
    <Panel id="malformed" title="Malformed documents" note={`${formatCount(count)} skipped`} scrolls="both ways">
      {recent.length === 0 ? (
        <EmptyState title="None. Documents that cannot be read would be listed here with the reason." />
      ) : (
        <ul className="flex flex-col divide-y divide-separator">
          {recent.map(({ collection, id, reason }) => (
            <li key={`${collection}/${id}`} className="px-4 py-2 text-table">
              <code className="text-xs select-all">
                {collection} {id}
              </code>
              <p className="break-words text-muted">{reason}</p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
