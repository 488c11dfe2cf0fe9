import { memo, useMemo } from 'react';
import { CELL_X, CELL_Y, MARGIN, NODE_HEIGHT, NODE_WIDTH } from './graph-node';
import type { Edge, Layout, Place } from './layered-layout';

interface GraphEdgesProps {
  layout: Layout;
  activeId: string | null;
  width: number;
  height: number;
}

/** All lines are one path, and those of the task in hand another: a thousand lines cost two elements. */
export function GraphEdges({ layout, activeId, width, height }: GraphEdgesProps) {
  const nodes = useMemo(() => new Map(layout.nodes.map(node => [node.id, node])), [layout]);
  const pathOf = (edges: readonly Edge[]): string =>
    edges
      .map(({ from, to, via, isBack }) =>
        isBack ? loopOf(nodes.get(from), nodes.get(to)) : lineOf(nodes.get(from), via, nodes.get(to)),
      )
      .join('');
  const forward = useMemo(
    () => pathOf(layout.edges.filter(({ isBack }) => !isBack)),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `pathOf` follows from the layout
    [layout],
  );
  const back = layout.edges.filter(({ isBack }) => isBack);
  const own = activeId === null ? [] : layout.edges.filter(({ from, to }) => from === activeId || to === activeId);
  return (
    <svg aria-hidden width={width} height={height} className="pointer-events-none absolute inset-0">
      <Lines d={forward} className="text-border-strong" />
      {back.length > 0 ? <Lines d={pathOf(back)} className="text-blocked" isDashed /> : null}
      {own.length > 0 ? <Lines d={pathOf(own)} className="text-foreground" isStrong /> : null}
    </svg>
  );
}

const Lines = memo(function Lines({
  d,
  className,
  isDashed = false,
  isStrong = false,
}: {
  d: string;
  className: string;
  isDashed?: boolean;
  isStrong?: boolean;
}) {
  return (
    <path
      d={d}
      fill="none"
      stroke="currentColor"
      strokeWidth={isStrong ? 2 : 1.25}
      {...(isDashed ? { strokeDasharray: '4 3' } : {})}
      className={className}
    />
  );
});

/** Out on the right of what is needed, straight through the columns between, in on the left of what needs it. */
function lineOf(from: Place | undefined, via: readonly Place[], to: Place | undefined): string {
  if (from === undefined || to === undefined) return '';
  const stops = [from, ...via, to];
  const curves = stops.slice(1).map((stop, at) => {
    const [x1, x2] = [leftOf(stops[at]!) + NODE_WIDTH, leftOf(stop)];
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    const curve = `C${x1 + bend} ${middleOf(stops[at]!)} ${x2 - bend} ${middleOf(stop)} ${x2} ${middleOf(stop)}`;
    return stop === to ? curve : `${curve}H${x2 + NODE_WIDTH}`;
  });
  return `M${leftOf(from) + NODE_WIDTH} ${middleOf(from)}${curves.join('')}`;
}

/** Below both, and no wider than the margin. */
const LOOP_PX = 20;

/** Back to a task further left: out on the right, home below both, in on the left. */
function loopOf(from: Place | undefined, to: Place | undefined): string {
  if (from === undefined || to === undefined) return '';
  const [x1, x2] = [leftOf(from) + NODE_WIDTH, leftOf(to)];
  const [y1, y2] = [middleOf(from), middleOf(to)];
  const below = Math.max(y1, y2) + CELL_Y / 2;
  return `M${x1} ${y1}C${x1 + LOOP_PX} ${y1} ${x1 + LOOP_PX} ${below} ${x1} ${below}H${x2}C${x2 - LOOP_PX} ${below} ${x2 - LOOP_PX} ${y2} ${x2} ${y2}`;
}

const leftOf = ({ column }: Place): number => MARGIN + column * CELL_X;
const middleOf = ({ row }: Place): number => MARGIN + row * CELL_Y + NODE_HEIGHT / 2;
