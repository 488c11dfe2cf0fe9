import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Task } from '@/lib/domain/task/schema';
import { api, troubleOf } from '@/app/_live/api';
import type { BulkVerb } from './bulk-plan';

/** More at once would be refused by the server's own limit for one person. */
const AT_ONCE = 4;

export interface BulkRun {
  verb: BulkVerb;
  total: number;
  done: number;
  refused: { task: Task; why: string }[];
  isOver: boolean;
}

/** One request a task, a few at a time; a task that is refused stops no other, and leaving stops what is not begun. */
export function useBulk() {
  const client = useQueryClient();
  const [run, setRun] = useState<BulkRun | null>(null);
  const stopped = useRef(false);
  const stop = useCallback(() => {
    stopped.current = true;
  }, []);
  useEffect(() => {
    stopped.current = false;
    return stop;
  }, [stop]);
  const start = async (verb: BulkVerb, tasks: readonly Task[]): Promise<void> => {
    const waiting = [...tasks];
    setRun({ verb, total: tasks.length, done: 0, refused: [], isOver: false });
    const work = async (): Promise<void> => {
      for (let task = waiting.shift(); task !== undefined && !stopped.current; task = waiting.shift()) {
        const why = await actOn(task, verb);
        const refusal = why === null ? [] : [{ task, why }];
        setRun(now => now && { ...now, done: now.done + 1, refused: [...now.refused, ...refusal] });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setRun(now => now && { ...now, isOver: true });
    void client.invalidateQueries({ queryKey: ['tasks'] });
  };
  return { run, start, stop };
}

/** Null: done. */
async function actOn(task: Task, verb: BulkVerb): Promise<string | null> {
  try {
    await api.post(`/api/tasks/${task.id}/${verb}`);
    return null;
  } catch (error) {
    return troubleOf(error).detail;
  }
}
