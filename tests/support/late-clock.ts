import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LateClock {
  /** For whatever starts the scripts. */
  env: Record<string, string>;
  /** From now on their steady clock is an hour on. */
  makeLate(): void;
}

/** A steady clock of Node programs that are started with it, and of what these start. */
export function lateClock(folder: string): LateClock {
  const [module, sign] = [join(folder, 'late-clock.mjs'), join(folder, 'an-hour-late')];
  const source = `import { existsSync } from 'node:fs';
const now = performance.now.bind(performance);
performance.now = () => now() + (existsSync(${JSON.stringify(sign)}) ? 3_600_000 : 0);
`;
  writeFileSync(module, source);
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(module).href}` },
    makeLate: () => writeFileSync(sign, ''),
  };
}
