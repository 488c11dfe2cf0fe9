import { useSyncExternalStore } from 'react';

/** One ticking clock for all ages on a page: it runs only while somebody looks at an age, and stops in a hidden tab. */
const STEP_MS = 500;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, in steps of `stepMs`: a component renders again only when its own step is over. */
export function useNow(stepMs: number): number {
  const floor = () => Math.floor(now / stepMs) * stepMs;
  return useSyncExternalStore(subscribe, floor, () => 0);
}
