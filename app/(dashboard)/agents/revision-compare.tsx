'use client';
import { parseAsInteger, useQueryStates } from 'nuqs';
import type { AgentTypeRevision } from '@/lib/domain/agent-type/schema';
import { ChangeList } from '@/app/_ui/change-list';
import { SelectField } from '@/app/_ui/select-field';
import { compareRevisions } from './compare-revisions';

/** Any two revisions, the one against the other; which two is in the URL. */
export function RevisionCompare({ newestFirst }: { newestFirst: readonly AgentTypeRevision[] }) {
  const [{ from, to }, set] = useQueryStates({ from: parseAsInteger, to: parseAsInteger });
  const choices = newestFirst.map(({ revision, by }) => ({
    value: String(revision),
    label: `revision ${revision}`,
    note: by,
  }));
  if (choices.length < 2) return null;
  const known = (revision: number | null) => newestFirst.some(each => each.revision === revision);
  const isChosen = known(from) && known(to);
  const choose = (side: 'from' | 'to') => (value: string) => void set({ [side]: Number(value) });
  return (
    <section aria-label="Compare revisions" className="mb-5 max-w-2xl border-b border-border pb-5">
      <div className="flex flex-wrap items-center gap-2 text-table">
        <span>Compare</span>
        <SelectField
          hideLabel
          label="From revision"
          placeholder="a revision"
          className="w-36"
          value={known(from) ? String(from) : ''}
          choices={choices}
          onChange={choose('from')}
        />
        <span>with</span>
        <SelectField
          hideLabel
          label="To revision"
          placeholder="another"
          className="w-36"
          value={known(to) ? String(to) : ''}
          choices={choices}
          onChange={choose('to')}
        />
      </div>
      {isChosen && from !== null && to !== null ? <Differences revisions={newestFirst} from={from} to={to} /> : null}
    </section>
  );
}

function Differences({ revisions, from, to }: { revisions: readonly AgentTypeRevision[]; from: number; to: number }) {
  const changes = compareRevisions(revisions, from, to);
  if (changes.length === 0) return <p className="mt-3 text-table text-muted">They are the same.</p>;
  return (
    <div className="mt-4">
      <ChangeList changes={changes} />
    </div>
  );
}
