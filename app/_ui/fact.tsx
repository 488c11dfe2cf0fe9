/** A word and what it is, in a list of facts about a record. */
export function Fact({ word, children }: { word: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="text-muted">{word}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </div>
  );
}
