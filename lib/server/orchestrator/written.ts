const NEWLINE = 10;

/** How much a program wrote, never what: its words may hold what nobody else may read. */
export class Written {
  #bytes = 0;
  #lines = 0;

  note(chunk: Buffer): void {
    this.#bytes += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) this.#lines += 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  toString(): string {
    const [count, unit] = this.#lines > 0 ? [this.#lines, 'line'] : [this.#bytes, 'byte'];
    return `wrote ${count} ${unit}${count === 1 ? '' : 's'}`;
  }
}

/** Words that came from here, from whichever orchestrator. */
export const isCountOfWritten = (words: string): boolean => /^wrote \d+ (?:line|byte)s?$/.test(words);
