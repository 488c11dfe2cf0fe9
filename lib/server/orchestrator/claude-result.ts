import { StringDecoder } from 'node:string_decoder';
import { MAX_OUTPUT_CHARACTERS } from '@/lib/domain/dispatch/schema';
import { END_OF_TIME_MS, type Usage } from '@/lib/domain/fields';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/clock';
import { TailText, clip, type OutputText } from './bounded-text';
import type { Outcome } from './outcome';

/** The `result` event of `claude -p`, as far as it is read here. */
interface ClaudeResult {
  type: 'result';
  subtype?: string;
  is_error?: boolean;
  result?: string;
  total_cost_usd?: number;
  usage?: { input_tokens?: number; output_tokens?: number };
  /** Ours, in seconds since 1970: when the usage limit ends that the events before it told of. */
  limit_ends?: number;
}

/** An event that comes as the account's limits change, as far as it is read here. */
interface RateLimitEvent {
  type: 'rate_limit_event';
  rate_limit_info?: { status?: string; resetsAt?: number };
}

/**
 * A result holds the answer, escaped, and more: cut in the middle it could not be read at all. What is longer is an
 * event that shows a file or a picture, and is passed over.
 */
const MAX_EVENT_CHARACTERS = 2_000_000;
/** Of what is no event: why there is no result, mostly. */
const MAX_WORDS_CHARACTERS = 2_000;

/**
 * Follows `claude -p --output-format stream-json` and keeps its result alone: the events before it hold all that the
 * agent read. One that ends its turn over work in the background is woken by its end and has one result more: the last
 * has the answer and the cost of all, but the tokens of its own turn only.
 */
export class ResultEvents implements OutputText {
  readonly #decoder = new StringDecoder('utf8');
  /** Joined at its end: a line that comes byte by byte would be copied as often. */
  #line: string[] = [];
  #lineCharacters = 0;
  readonly #words = new TailText(MAX_WORDS_CHARACTERS);
  #result: ClaudeResult | undefined;
  #limitEnds: number | undefined;
  readonly #tokens: NonNullable<ClaudeResult['usage']> = {};

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** One result as JSON, the tokens of all in it; without any, the last words that were no event. */
  finish(): string {
    this.#take(this.#decoder.end());
    this.#endLine();
    if (this.#result === undefined) return this.#words.text();
    return JSON.stringify({ ...this.#result, limit_ends: this.#limitEnds });
  }

  #take(text: string): void {
    const [first, ...others] = text.split('\n');
    this.#add(first as string);
    for (const part of others) {
      this.#endLine();
      this.#add(part);
    }
  }

  #add(part: string): void {
    this.#lineCharacters += part.length;
    if (this.#lineCharacters > MAX_EVENT_CHARACTERS) this.#line = [];
    else if (part !== '') this.#line.push(part);
  }

  #endLine(): void {
    const line = this.#lineCharacters > MAX_EVENT_CHARACTERS ? '' : this.#line.join('').trim();
    this.#line = [];
    this.#lineCharacters = 0;
    if (line === '') return;
    if (!line.startsWith('{') || !line.includes('"type"')) return this.#words.push(line);
    // Most events are no result: only what may be one is parsed.
    if (!/"type"\s*:\s*"(?:result|rate_limit_event)"/.test(line)) return;
    const event = parseEvent(line);
    if (event?.type === 'result') this.#keep(event);
    if (event?.type === 'rate_limit_event') this.#noteLimit(event);
  }

  #noteLimit({ rate_limit_info: told }: RateLimitEvent): void {
    this.#limitEnds = told?.status === 'rejected' && typeof told.resetsAt === 'number' ? told.resetsAt : undefined;
  }

  #keep({ type, subtype, is_error, result, total_cost_usd = this.#result?.total_cost_usd, usage }: ClaudeResult): void {
    for (const kind of ['input_tokens', 'output_tokens'] as const) {
      const tokens = usage?.[kind];
      if (isCount(tokens)) this.#tokens[kind] = (this.#tokens[kind] ?? 0) + tokens;
    }
    this.#result = { type, subtype, is_error, result, total_cost_usd, usage: this.#tokens };
  }
}

/** A run that ended well ends with a result; anything else is passed on as it is. */
export function readClaudeResult(stdout: string): Outcome {
  const result = parse(stdout);
  if (result === null) {
    const said = stdout.slice(0, MAX_WORDS_CHARACTERS);
    return { kind: 'fail', error: `claude -p printed no result${said === '' ? '' : `:\n${said}`}`, retryable: true };
  }
  if (result.is_error === true || typeof result.result !== 'string') {
    const why = [result.result, result.subtype].find(words => typeof words === 'string') ?? 'no result';
    const error = `claude -p: ${why.slice(0, 4_000)}`;
    return { kind: 'fail', error, retryable: true, usage: usageOf(result), ...holdOf(why, result.limit_ends) };
  }
  return { kind: 'complete', output: clip(result.result, MAX_OUTPUT_CHARACTERS), usage: usageOf(result) };
}

/** A limit that says when it ends, as older versions put it into the words of the result. */
const LIMIT_UNTIL = /limit reached\|(\d{10})\b/;
/** One that does not, in the words of the client and of the API. */
const LIMIT = /\b(?:usage|session|weekly|5-hour|rate)[ _]limit|hit your [^.]{0,40}limit/i;
/** Five attempts last 15 s. This costs a look at the account a few times an hour, and no work its attempts. */
const UNTOLD_LIMIT_MS = 10 * MINUTE_MS;

/**
 * At a limit the account is held: each attempt ends within a second or two, and a backlog of hundreds was dead within
 * minutes of a limit of hours.
 */
function holdOf(why: string, limitEnds: number | undefined): { retryNotBefore?: string } {
  const told = limitEnds ?? Number(LIMIT_UNTIL.exec(why)?.[1] ?? Number.NaN);
  const endMs = told * SECOND_MS;
  const nowMs = Date.now();
  if (endMs > nowMs && endMs < END_OF_TIME_MS) return { retryNotBefore: new Date(endMs).toISOString() };
  return LIMIT.test(why) ? { retryNotBefore: new Date(nowMs + UNTOLD_LIMIT_MS).toISOString() } : {};
}

/**
 * A usage limit, a refused token or an API in trouble ends `claude -p` with 1, its stderr empty and the reason in its
 * result: read by the exit code alone, work that another hour could do would be dead.
 */
export function readClaudeFailure(stdout: string): Outcome | null {
  const outcome = parse(stdout) === null ? null : readClaudeResult(stdout);
  return outcome?.kind === 'fail' ? outcome : null;
}

function usageOf({ usage: tokens, total_cost_usd: cost }: ClaudeResult): Usage {
  const usage: Usage = {};
  if (isCount(tokens?.input_tokens)) usage.inputTokens = tokens.input_tokens;
  if (isCount(tokens?.output_tokens)) usage.outputTokens = tokens.output_tokens;
  if (typeof cost === 'number' && Number.isFinite(cost) && cost >= 0) usage.costUsd = cost;
  return usage;
}

/** What the plane takes: with another figure it would refuse the answer as well. */
const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function parse(text: string): ClaudeResult | null {
  const event = parseEvent(text);
  return event?.type === 'result' ? event : null;
}

function parseEvent(text: string): ClaudeResult | RateLimitEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ClaudeResult | RateLimitEvent) : null;
  } catch {
    return null;
  }
}
