import type { CostItem, Costs } from '@/lib/domain/costs/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { formatCount } from '@/app/_ui/number';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
const money = (usd: number | null): string => (usd === null ? NO_DATA : dollars.format(usd));

/** What it cost comes first: on a phone the rest is beyond the edge. */
const HEADS = ['cost', 'dispatches', 'told no cost', 'tokens in', 'tokens out'] as const;

/** A dash where nobody told a figure: that is not the same as nothing spent. */
export function CostsTable({ costs: { items, omitted, totals }, word }: { costs: Costs; word: string }) {
  return (
    <table className="w-full text-table">
      <thead className="text-xs text-muted">
        <tr className="h-8 [&>th]:border-b [&>th]:border-border [&>th]:font-normal">
          <th className="pl-4 text-left">{word}</th>
          {HEADS.map(head => (
            <th key={head} className="pl-4 text-right whitespace-nowrap last:pr-4">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(item => (
          <Row key={item.key ?? 'none'} label={item.label} sums={item} isNone={item.key === null} />
        ))}
      </tbody>
      <tfoot className="border-t border-border font-medium">
        <Row label={omitted > 0 ? `all, with ${formatCount(omitted)} more` : 'all'} sums={totals} isNone={false} />
      </tfoot>
    </table>
  );
}

type Sums = Omit<CostItem, 'key' | 'label'>;

function Row({ label, sums, isNone }: { label: string; sums: Sums; isNone: boolean }) {
  const figures = [
    money(sums.costUsd),
    formatCount(sums.dispatches),
    sums.withoutCost === 0 ? NO_DATA : formatCount(sums.withoutCost),
    formatCount(sums.inputTokens),
    formatCount(sums.outputTokens),
  ];
  return (
    <tr className="tabular h-(--row-height) border-b border-separator last:border-b-0">
      <td title={label} className={`max-w-40 truncate pl-4 sm:max-w-80 ${isNone ? 'text-muted' : ''}`}>
        {label}
      </td>
      {figures.map((figure, at) => (
        <td key={HEADS[at]} className="pl-4 text-right whitespace-nowrap last:pr-4">
          {figure}
        </td>
      ))}
    </tr>
  );
}
