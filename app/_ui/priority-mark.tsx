import { ChevronDown, ChevronUp, ChevronsUp, Equal } from 'lucide-react';

const MARKS: Record<string, { icon: typeof Equal; tone: string }> = {
  urgent: { icon: ChevronsUp, tone: 'text-failed' },
  high: { icon: ChevronUp, tone: 'text-waiting' },
  normal: { icon: Equal, tone: 'text-muted' },
  low: { icon: ChevronDown, tone: 'text-muted' },
};

export function PriorityMark({ priority }: { priority: string }) {
  const { icon: Icon, tone } = MARKS[priority] ?? { icon: Equal, tone: 'text-muted' };
  return (
    <span title={`${priority} priority`} className={`inline-flex items-center gap-1 text-xs ${tone}`}>
      <Icon aria-hidden className="size-3.5" />
      {priority}
    </span>
  );
}
