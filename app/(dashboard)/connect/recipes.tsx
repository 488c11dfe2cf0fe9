'use client';
import { useSyncExternalStore } from 'react';
import type { IssuedToken } from '@/lib/domain/identity/schema';
import { CodeLine } from '@/app/_ui/code-line';
import { Panel } from '@/app/_ui/panel';
import { recipesFor } from './commands';

const subscribe = () => () => undefined;
const readOrigin = () => location.origin;
const noOrigin = () => '';

export function Recipes({ issued }: { issued: IssuedToken | null }) {
  const origin = useSyncExternalStore(subscribe, readOrigin, noOrigin);
  return (
    <Panel
      title="2 · The command"
      note={issued === null ? 'put your token in place of TOKEN' : 'with the token just made'}
      className="min-w-0"
    >
      <div className="flex flex-col divide-y divide-separator">
        {recipesFor(origin, issued?.token ?? 'TOKEN').map(recipe => (
          <section key={recipe.id} aria-labelledby={recipe.id} className="flex min-w-0 flex-col gap-2.5 p-4">
            <h3 id={recipe.id} className="flex flex-wrap items-baseline gap-x-3 text-table font-semibold">
              {recipe.title}
              <span className="text-xs font-normal text-muted">token of role {recipe.role}</span>
            </h3>
            <p className="max-w-[72ch] text-table text-muted">{recipe.note}</p>
            {recipe.steps.map(({ label, code }) => (
              <div key={label} className="flex min-w-0 flex-col gap-1">
                <span className="text-xs text-muted">{label}</span>
                <CodeLine code={code} label={`${recipe.title}: ${label}`} className="flex max-w-full" />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Panel>
  );
}
