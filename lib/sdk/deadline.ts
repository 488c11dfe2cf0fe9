export interface Deadline {
  signal: AbortSignal;
  /** Whether it was the time limit, and not the caller, that ended it. */
  expired(): boolean;
  /** Starts the time again: for as long as something moves, the end moves too. */
  restart(limitMs: number): void;
  clear(): void;
}

/**
 * The caller's signal with a time limit. Not `AbortSignal.any`: on a signal that lives as long as the process each
 * composite stays reachable, so every call would leave something behind. Here `clear` undoes both halves.
 */
export function startDeadline(firstLimitMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let late = false;
  let limitMs = firstLimitMs;
  const expire = () => {
    late = true;
    controller.abort(new DOMException(`No answer in ${limitMs} ms`, 'TimeoutError'));
  };
  let timer = setTimeout(expire, limitMs);
  const onAbort = () => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => late,
    restart: nextLimitMs => {
      limitMs = nextLimitMs;
      clearTimeout(timer);
      timer = setTimeout(expire, limitMs);
    },
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
