import { LruMap } from '../kernel/lru-map';
import type { Plane } from './context';

/** Troubles remembered, some hundred bytes each. Past this those that were met longest ago are told once more. */
const REMEMBERED = 5_000;
const MOST_CHARACTERS = 300;

const told = new WeakMap<Plane, LruMap<string, string>>();

/**
 * What a sweep meets again with each pass is told once, and again when it fails in another way. `subject` names what
 * failed, for the log by its fields and here by all of them.
 */
export function warnOnce(plane: Plane, error: unknown, subject: Record<string, unknown>, message: string): void {
  const known = told.get(plane) ?? new LruMap<string, string>(REMEMBERED);
  told.set(plane, known);
  const name = `${message} ${JSON.stringify(subject)}`;
  const trouble = String(error).slice(0, MOST_CHARACTERS);
  const isNew = known.get(name) !== trouble;
  // Also where it is not new: what is met again is not what is forgotten first.
  known.set(name, trouble);
  if (isNew) plane.log.warn({ err: error, ...subject }, message);
}

/** One of many: when it fails it holds up nothing beside it, and is told once. Undefined: it failed. */
export async function tryOrWarn<T>(
  plane: Plane,
  subject: Record<string, unknown>,
  message: string,
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    warnOnce(plane, error, subject, message);
    return undefined;
  }
}
