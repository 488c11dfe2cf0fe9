import { execFileSync } from 'node:child_process';
import type { Child } from './child';

const EVERY_MS = 500;
const KIB_A_MIB = 1_024;

/** Resident memory of one process over a scenario, its restarts included. */
export class MemoryWatch {
  readonly samplesMb: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(child: Child) {
    this.#timer = setInterval(() => {
      if (child.pid !== undefined && !child.isFrozen) this.#sample(child.pid);
    }, EVERY_MS);
  }

  get mostMb(): number {
    return Math.round(Math.max(0, ...this.samplesMb));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(pid: number): void {
    try {
      const kib = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
      if (kib > 0) this.samplesMb.push(kib / KIB_A_MIB);
    } catch {
      // It ended between the look and the call.
    }
  }
}
