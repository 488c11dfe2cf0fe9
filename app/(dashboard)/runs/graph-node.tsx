'use client';
import Link from 'next/link';
import { memo } from 'react';
import type { Task } from '@/lib/domain/task/schema';
import { LAMP_TEXT, LAMP_TINT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { taskName } from './run-troubles';

export const NODE_WIDTH = 192;
export const NODE_HEIGHT = 48;
export const CELL_X = NODE_WIDTH + 64;
export const CELL_Y = NODE_HEIGHT + 14;
export const MARGIN = 24;

interface GraphNodeProps {
  task: Task;
  left: number;
  top: number;
}

/** Drawn again only when its own task changed: of 500, the one that moved. */
export const GraphNode = memo(function GraphNode({ task, left, top }: GraphNodeProps) {
  const { lamp } = meaningOf(task.status);
  const isQuiet = lamp === 'idle' || lamp === 'done';
  return (
    <Link
      href={`/tasks/${task.id}`}
      prefetch={false}
      data-task={task.id}
      title={[task.title, task.reason].filter(Boolean).join('\n')}
      style={{ left, top, width: NODE_WIDTH, height: NODE_HEIGHT }}
      className="absolute overflow-hidden rounded-md border border-border-strong bg-surface hover:border-foreground"
    >
      <span className={`flex h-full ${isQuiet ? '' : LAMP_TINT[lamp]}`}>
        <span
          aria-hidden
          className={`w-1 shrink-0 bg-current ${LAMP_TEXT[lamp]} ${lamp === 'idle' ? 'opacity-30' : ''}`}
        />
        <span className="flex min-w-0 flex-1 flex-col justify-center gap-0.5 px-2">
          <span className="truncate text-xs font-medium">{taskName(task)}</span>
          <span className="flex min-w-0 items-center gap-2">
            <StatusWord status={task.status} className="shrink-0" />
            <span className="truncate text-2xs text-muted">{task.assignedTo}</span>
          </span>
        </span>
      </span>
    </Link>
  );
}, isSame);

function isSame(a: GraphNodeProps, b: GraphNodeProps): boolean {
  const [before, after] = [a.task, b.task];
  return (
    a.left === b.left &&
    a.top === b.top &&
    before.id === after.id &&
    before.status === after.status &&
    before.reason === after.reason &&
    before.assignedTo === after.assignedTo &&
    before.title === after.title
  );
}
