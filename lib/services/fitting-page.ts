import type { Page } from '../domain/fields';
import type { PageRequest } from '../store/list-page';

/** What a result's texts may come to: a model's client cuts or refuses a result of more than some 100,000 characters. */
const PAGE_CHARACTERS = 64_000;

/** How many texts of these lengths one result can carry; at least one, for none would never get past it. */
export function countThatFit(lengths: readonly number[]): number {
  let characters = 0;
  for (const [at, length] of lengths.entries()) {
    characters += length;
    if (characters > PAGE_CHARACTERS) return Math.max(1, at);
  }
  return lengths.length;
}

/** A page no longer than a result may be; where its texts are long it is a shorter one, and its cursor goes on from there. */
export async function fittingPage<T>(
  page: PageRequest,
  lengthOf: (item: T) => number,
  read: (page: PageRequest) => Promise<Page<T>>,
): Promise<Page<T>> {
  const whole = await read(page);
  const fit = countThatFit(whole.items.map(lengthOf));
  return fit === whole.items.length ? whole : read({ ...page, limit: fit });
}
