import type { SystemHealth } from '@/lib/domain/health/schema';
import { formatBytes, formatCount } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';

/** Everything is bounded, and shows its bound. */
export function StoragePanel({ health }: { health: SystemHealth }) {
  const sizes = health.storage.map(({ bytes }) => bytes).filter(bytes => bytes !== null);
  const total = sizes.length === 0 ? undefined : formatBytes(sizes.reduce((sum, bytes) => sum + bytes, 0));
  return (
    <Panel title="Storage" note={total} scrolls="sideways">
      <table className="w-full text-table">
        <thead className="text-left text-xs text-muted">
          <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
            <th className="pl-4">collection</th>
            <th className="text-right">documents</th>
            <th className="pl-4 text-right">size</th>
            <th className="pr-4 pl-6">bound</th>
          </tr>
        </thead>
        <tbody>
          {health.storage.map(({ collection, documents, bytes, bound }) => (
            <tr key={collection} className="tabular h-(--row-height) border-b border-separator last:border-b-0">
              <td className="mono pl-4 text-xs">{collection}</td>
              <td className="text-right">{documents === null ? '–' : formatCount(documents)}</td>
              <td className="pl-4 text-right whitespace-nowrap">{bytes === null ? '–' : formatBytes(bytes)}</td>
              <td className="pr-4 pl-6 text-xs text-muted">{bound}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
