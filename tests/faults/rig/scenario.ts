import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaSetOptions } from './replica-set';
import { Rig } from './rig';
import { nothingUnforeseen } from './unforeseen';

/** Figures by name; the unit is last in the name. */
export type Figures = Record<string, number>;

export interface Bar {
  most?: number;
  least?: number;
}

export interface Scenario {
  name: string;
  /** What is done to the system, for people. */
  title: string;
  /** Of the figures, which have to lie where. */
  bars: Record<string, Bar>;
  set?: Partial<ReplicaSetOptions>;
  /** Where more than the usual is in order. */
  webMemoryMb?: number;
  /** Does the damage and measures it. The invariants are judged afterwards, for all scenarios alike. */
  run(rig: Rig, seed: number): Promise<Figures>;
}

export interface Verdict {
  name: string;
  title: string;
  seed: number;
  ok: boolean;
  figures: Figures;
  bars: Record<string, Bar>;
  /** What did not hold, in words. */
  broken: string[];
  durationMs: number;
}

/** The web process at rest takes about 200 MB, pages included; a queue or a cache without a bound goes past this. */
const WEB_MEMORY_MB = 450;

export const scenario = (given: Scenario): Scenario => given;

export interface RunOptions {
  mongodPath: string;
  seed: number;
  /** Where ledgers go, and the logs of what failed. */
  keepIn: string;
}

/** One scenario under one seed, on a rig of its own. Never rejects: what goes wrong is in the verdict. */
export async function runScenario(given: Scenario, { mongodPath, seed, keepIn }: RunOptions): Promise<Verdict> {
  const beganMs = Date.now();
  const broken: string[] = [];
  let figures: Figures = {};
  let rig: Rig | undefined;
  try {
    rig = await Rig.start({ mongodPath, seed, ...(given.set ? { set: given.set } : {}) });
    figures = { ...(await given.run(rig, seed)), ...(await judge(rig, given, broken)) };
    broken.push(...misses(figures, given.bars));
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const codes = await rig?.stop();
  for (const [name, code] of Object.entries(codes ?? {})) {
    if (code !== 0) broken.push(`${name} did not stop when asked: it ended with ${code}`);
  }
  if (rig) keep(rig, given.name, keepIn, broken.length > 0);
  rig?.removeFolder();
  const { name, title, bars } = given;
  return { name, title, seed, ok: broken.length === 0, figures, bars, broken, durationMs: Date.now() - beganMs };
}

async function judge(rig: Rig, given: Scenario, broken: string[]): Promise<Figures> {
  await rig.heal();
  for (const line of rig.lines) {
    await line.drain();
    broken.push(...(await line.judge()));
  }
  for (const visitor of rig.visitors) {
    await visitor.stop();
    broken.push(...(await visitor.judge()));
  }
  broken.push(...nothingUnforeseen(rig.board.children));
  const webMemoryMb = Math.max(0, ...rig.memory.map(({ mostMb }) => mostMb));
  const bound = given.webMemoryMb ?? WEB_MEMORY_MB;
  if (webMemoryMb > bound) broken.push(`the web process grew to ${webMemoryMb} MB (bound ${bound})`);
  return {
    acked: rig.ledger.of('acked').length,
    accepted: rig.ledger.of('accepted').length,
    refusedAsStale: rig.ledger.of('refused').length,
    webMemoryMb,
  };
}

function misses(figures: Figures, bars: Record<string, Bar>): string[] {
  return Object.entries(bars).flatMap(
    ([name, { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }]) => {
      const value = figures[name];
      if (value === undefined) return [`${name} was not measured`];
      return value > most || value < least ? [`${name} is ${value}, outside ${barText({ most, least })}`] : [];
    },
  );
}

export function barText({ most, least }: Bar): string {
  const parts = [
    least !== undefined && Number.isFinite(least) ? `≥ ${least}` : '',
    most !== undefined && Number.isFinite(most) ? `≤ ${most}` : '',
  ];
  return parts.filter(part => part !== '').join(', ');
}

/** The ledger always; what the processes said only where somebody has to find out why. */
function keep(rig: Rig, name: string, folder: string, isBroken: boolean): void {
  const place = join(folder, `${name}-${rig.seed}`);
  mkdirSync(place, { recursive: true });
  for (const file of readdirSync(rig.folder)) {
    if (file === 'ledger.jsonl' || (isBroken && file.endsWith('.log')))
      copyFileSync(join(rig.folder, file), join(place, file));
  }
}
