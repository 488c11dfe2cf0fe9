import type { Delivered, Task } from '@/lib/domain/task/schema';
import { Lamp } from '@/app/_ui/lamp';
import { Markdown } from '@/app/_ui/markdown';

/** Each declared deliverable with what was handed in, and the output itself. */
export function TaskResultPart({ task }: { task: Task }) {
  const { deliverables, result } = task;
  const handedIn = new Map((result?.deliverables ?? []).map(delivered => [delivered.name, delivered]));
  if (deliverables.length === 0 && result === null) return null;
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">What comes of it</h3>
      {deliverables.length > 0 ? (
        <ul className="mb-3 flex flex-col divide-y divide-separator rounded-md border border-border">
          {deliverables.map(({ name, description }) => (
            <li key={name} className="flex items-start gap-2 px-3 py-2 text-table">
              <Lamp lamp={handedIn.has(name) ? 'done' : result === null ? 'idle' : 'failed'} className="mt-0.5" />
              <div className="min-w-0">
                <p className="font-medium">{name}</p>
                <p className="break-words text-muted">
                  {handedIn.has(name) ? (
                    <Handed delivered={handedIn.get(name) as Delivered} />
                  ) : (
                    description || 'not handed in'
                  )}
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : null}
      {result === null ? null : <Markdown text={result.output} />}
    </section>
  );
}

function Handed({ delivered: { value, path, url } }: { delivered: Delivered }) {
  if (url !== undefined && /^https?:/.test(url)) {
    return (
      <a href={url} target="_blank" rel="noopener noreferrer nofollow" className="underline underline-offset-2">
        {url}
      </a>
    );
  }
  if (path !== undefined) return <code className="text-xs select-all">{path}</code>;
  return <span className="whitespace-pre-wrap">{value ?? url}</span>;
}
