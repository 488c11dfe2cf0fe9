import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child';
import type { Rig } from './rig';

const LOOK_EVERY_MS = 100;
const WORK_SECONDS = 0.15;

/**
 * What headless orchestrators do, told by two who are not the plane: their children write down when each began and
 * ended, and their own log says what they claimed and which outcome was taken. Both go into the ledger.
 */
export class Witness {
  readonly #path: string;
  readonly #followed = new Map<Child, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly rig: Rig) {
    this.#path = join(rig.folder, 'witness');
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    rig.add(async () => this.stop());
  }

  /** A child that takes this long; what it answers names its dispatch. */
  program(seconds = WORK_SECONDS): string {
    const note = (what: string) => `echo "$(date +%s%3N) ${what} $SWITCHBOARD_DISPATCH_ID" >> '${this.#path}'`;
    return `cat >/dev/null; ${note('start')}; sleep ${seconds}; ${note('end')}; echo "by $SWITCHBOARD_DISPATCH_ID"`;
  }

  follow(orchestrator: Child): void {
    this.#followed.set(orchestrator, 0);
  }

  /** When the program of a dispatch began or ended, in ms; undefined when it did not, or was killed before. */
  times(what: 'start' | 'end'): Map<string, number> {
    const times = new Map<string, number>();
    for (const line of readOrNothing(this.#path).split('\n')) {
      const [atMs, kind, dispatch] = line.split(' ');
      if (kind === what && dispatch) times.set(dispatch, Number(atMs));
    }
    return times;
  }

  /** The last lines as well. */
  stop(): void {
    clearInterval(this.#timer);
    this.#look();
    this.#followed.clear();
  }

  #look(): void {
    const ends = this.times('end');
    for (const [orchestrator, seen] of this.#followed) {
      const whole = orchestrator.log();
      const until = whole.lastIndexOf('\n') + 1;
      this.#followed.set(orchestrator, until);
      for (const line of whole.slice(seen, until).split('\n')) this.#note(orchestrator.name, line, ends);
    }
  }

  #note(by: string, line: string, ends: Map<string, number>): void {
    if (!line.includes('"msg":"claim"') && !line.includes('"msg":"complete"')) return;
    const said = JSON.parse(line) as {
      msg: string;
      time: string;
      dispatch: string;
      epoch: number;
      source?: { id: string };
      status?: string;
      code?: string;
    };
    const { dispatch, epoch } = said;
    const { ledger } = this.rig;
    const atMs = Date.parse(said.time);
    if (said.source) {
      ledger.add({ kind: 'claimed', by, work: said.source.id, dispatch, epoch }, atMs);
      return;
    }
    const work = ledger.of('claimed').find(claimed => claimed.dispatch === dispatch)?.work ?? 'unknown';
    const about = { by, work, dispatch, epoch };
    // The outcome left when the program had ended, at the earliest.
    if (said.code === undefined) ledger.add({ kind: 'accepted', ...about, sentAtMs: ends.get(dispatch) ?? atMs }, atMs);
    else ledger.add({ kind: 'refused', ...about, code: said.code }, atMs);
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
