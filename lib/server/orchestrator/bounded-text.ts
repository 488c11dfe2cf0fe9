import { StringDecoder } from 'node:string_decoder';

/** What is kept of a stream of bytes, within a bound of its own. */
export interface OutputText {
  push(chunk: Buffer): void;
  /** At its end. */
  finish(): string;
}

/** Keeps the beginning of a stream of bytes as text, and counts the rest. */
export class HeadText implements OutputText {
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #total = 0;

  constructor(private readonly maxCharacters: number) {}

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** Within the limit, the mark included. A character that the end cut off shows as U+FFFD, like any broken one. */
  finish(): string {
    this.#take(this.#decoder.end());
    return this.#total <= this.maxCharacters ? this.#text : marked(this.#text, this.#total, this.maxCharacters);
  }

  #take(text: string): void {
    this.#total += text.length;
    if (this.#text.length < this.maxCharacters) this.#text += text.slice(0, this.maxCharacters - this.#text.length);
  }
}

/** The same for a text that is there already. */
export const clip = (text: string, maxCharacters: number): string =>
  text.length <= maxCharacters ? text : marked(text, text.length, maxCharacters);

function marked(text: string, total: number, maxCharacters: number): string {
  const mark = `\n[truncated: the output had ${total} characters, the limit is ${maxCharacters}]`;
  return `${wholeCharacters(text.slice(0, maxCharacters - mark.length))}${mark}`;
}

/** Keeps the end of a text that is given line by line: where a failing program says why. */
export class TailText {
  #lines: string[] = [];
  #characters = 0;

  constructor(private readonly maxCharacters: number) {}

  push(line: string): void {
    const kept = line.slice(-this.maxCharacters);
    this.#lines.push(kept);
    this.#characters += kept.length + 1;
    while (this.#characters > this.maxCharacters && this.#lines.length > 1) {
      this.#characters -= (this.#lines.shift() as string).length + 1;
    }
  }

  text(): string {
    return this.#lines.join('\n').slice(-this.maxCharacters);
  }
}

/** A cut between the halves of a surrogate pair would leave half a character. */
const wholeCharacters = (text: string): string => text.replace(/[\ud800-\udbff]$/, '');

/** Lines of a byte stream; one that does not end is handed over in pieces instead of being collected for ever. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #pending = '';

  constructor(
    private readonly maxCharacters: number,
    private readonly onLine: (line: string) => void,
  ) {}

  push(chunk: Buffer): void {
    const lines = (this.#pending + this.#decoder.write(chunk)).split('\n');
    this.#pending = lines.pop() as string;
    for (const line of lines) this.#emit(line.replace(/\r$/, ''));
    while (this.#pending.length > this.maxCharacters) {
      this.onLine(this.#pending.slice(0, this.maxCharacters));
      this.#pending = this.#pending.slice(this.maxCharacters);
    }
  }

  end(): void {
    const last = this.#pending + this.#decoder.end();
    this.#pending = '';
    if (last !== '') this.#emit(last);
  }

  #emit(line: string): void {
    if (line.length <= this.maxCharacters) return this.onLine(line);
    for (let at = 0; at < line.length; at += this.maxCharacters) this.onLine(line.slice(at, at + this.maxCharacters));
  }
}
