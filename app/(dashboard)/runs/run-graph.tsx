'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Task } from '@/lib/domain/task/schema';
import { GraphEdges } from './graph-edges';
import { CELL_X, CELL_Y, GraphNode, MARGIN, NODE_HEIGHT, NODE_WIDTH } from './graph-node';
import { layoutOf, neighbourOf, type Direction, type Layout } from './layered-layout';
import { NoTasks } from './no-tasks';
import { ZoomButtons } from './zoom-buttons';

const SCALES = [0.3, 0.5, 0.75, 1] as const;
const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** What is needed left of what needs it. Each task is a link; the arrow keys go along the lines. */
export function RunGraph({ tasks }: { tasks: readonly Task[] }) {
  const work = useMemo(() => tasks.filter(({ kind }) => kind === 'work'), [tasks]);
  const byId = useMemo(() => new Map(work.map(task => [task.id, task])), [work]);
  // A status that changes moves nothing: only what tasks there are, and what they need, is laid out anew.
  const shape = work.map(({ id, dependsOn }) => `${id}<${dependsOn.join()}`).join(';');
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `shape` is what of the tasks counts here
  const layout = useMemo(() => layoutOf(work), [shape]);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [zoom, setZoom] = useState(SCALES.length - 1);
  const hasWork = work.length > 0;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    // Columns are centred: so is the first look at them.
    if (box) box.scrollTop = (box.scrollHeight - box.clientHeight) / 2;
  }, [hasWork]);
  if (!hasWork) return <NoTasks planTaskId={tasks.find(({ kind }) => kind === 'plan')?.id} />;

  const width = layout.columns * CELL_X - (CELL_X - NODE_WIDTH) + 2 * MARGIN;
  const height = layout.rows * CELL_Y - (CELL_Y - NODE_HEIGHT) + 2 * MARGIN;
  const scale = SCALES[zoom] ?? 1;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ZoomButtons zoom={zoom} most={SCALES.length - 1} onZoom={setZoom} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the links in it */}
      <div
        ref={scroller}
        role="group"
        aria-label="Task graph"
        onKeyDown={event => followArrow(event, layout)}
        onFocus={event => setActiveId((event.target as HTMLElement).dataset['task'] ?? null)}
        onBlur={() => setActiveId(null)}
        onMouseOver={event => {
          const node = (event.target as HTMLElement).closest<HTMLElement>('[data-task]');
          setActiveId(node?.dataset['task'] ?? null);
        }}
        onMouseLeave={() => setActiveId(null)}
        className="grid min-h-0 flex-1 overflow-auto bg-background"
      >
        <div className="m-auto" style={{ width: width * scale, height: height * scale }}>
          <div className="relative origin-top-left" style={{ width, height, transform: `scale(${scale})` }}>
            <GraphEdges layout={layout} activeId={activeId} width={width} height={height} />
            {layout.nodes.map(({ id, column, row }) => {
              const task = byId.get(id);
              return task ? (
                <GraphNode key={id} task={task} left={MARGIN + column * CELL_X} top={MARGIN + row * CELL_Y} />
              ) : null;
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

function followArrow(event: React.KeyboardEvent<HTMLElement>, layout: Layout): void {
  const direction = DIRECTIONS[event.key];
  const id = (event.target as HTMLElement).dataset['task'];
  const next = direction === undefined || id === undefined ? null : neighbourOf(layout, id, direction);
  if (next === null) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLElement>(`[data-task="${next}"]`)?.focus();
}
