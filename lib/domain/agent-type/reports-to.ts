/** Who leads whom in a tenant: slug → slug of its leader, or null. */
export type Leaders = ReadonlyMap<string, string | null>;

/**
 * What is wrong with `slug` reporting to `leader`, or null. `leaders` are the others as they would then stand; a leader
 * that is gone ends the chain there (a raw delete may leave one behind).
 */
export function reportsToFault(slug: string, leader: string | null, leaders: Leaders): string | null {
  if (leader === null) return null;
  if (leader === slug) return `got '${leader}', which is the type itself`;
  if (!leaders.has(leader)) return `got '${leader}', wants the slug of an agent type that exists, or null`;
  const chain = [slug];
  for (let at: string | null = leader; at !== null; at = leaders.get(at) ?? null) {
    chain.push(at);
    if (at === slug) return `got '${leader}', which makes a circle: ${chain.join(' reports to ')}`;
    // A circle among the others, left by a raw edit, must not hang this one.
    if (chain.length > leaders.size + 2) return null;
  }
  return null;
}
