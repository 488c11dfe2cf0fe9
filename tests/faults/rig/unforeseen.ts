import type { Child } from './child';
import type { Violations } from './invariants';

/** What a door logs when it answers that something went wrong on our side. */
const UNFORESEEN = new Set<unknown>([
  'request failed',
  'MCP request failed',
  'tool call failed',
  'an API answer could not be sent',
]);
const SHOWN_CHARACTERS = 600;

/** A broken database is foreseen: whoever asks meanwhile is told of it, and never that something went wrong with us. */
export function nothingUnforeseen(children: readonly Child[]): Violations {
  return children.flatMap(child => {
    const [first, ...more] = child.lines().filter(({ msg }) => UNFORESEEN.has(msg));
    if (!first) return [];
    const told = JSON.stringify({ msg: first['msg'], err: first['err'] }).slice(0, SHOWN_CHARACTERS);
    return [`${child.name} had not foreseen ${1 + more.length} of what it was asked: ${told}`];
  });
}
