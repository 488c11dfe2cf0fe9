import type { ImportItem } from '@/lib/domain/agent-type/requests';
import { ChangeList } from '@/app/_ui/change-list';
import { StatusWord } from '@/app/_ui/status-word';

/** What an import would do with each type; the changes of one fold out. */
export function ImportItems({ items }: { items: readonly ImportItem[] }) {
  if (items.length === 0) return <p className="text-table text-muted">The document names no agent type.</p>;
  return (
    <ul
      aria-label="What the import does"
      className="flex max-h-80 flex-col divide-y divide-separator overflow-y-auto rounded-md border border-border"
    >
      {items.map(item => (
        <li key={item.slug} className="px-3 py-2 text-table">
          <p className="flex items-center gap-3">
            <StatusWord status={item.result} className="w-24 shrink-0" />
            <code className="min-w-0 truncate text-xs">{item.slug}</code>
          </p>
          {item.errors.map(({ path, message }) => (
            <p key={path} className="text-xs text-failed">
              {path}: {message}
            </p>
          ))}
          {item.result === 'updated' && item.changes.length > 0 ? (
            <details className="mt-1">
              <summary className="touch cursor-pointer text-xs text-muted">
                {item.changes.map(({ field }) => field).join(', ')}
              </summary>
              <div className="mt-2">
                <ChangeList changes={item.changes} />
              </div>
            </details>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
