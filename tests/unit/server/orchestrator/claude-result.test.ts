import { describe, expect, it } from 'vitest';
import { ResultEvents, readClaudeResult } from '@/lib/server/orchestrator/claude-result';

const result = {
  type: 'result',
  is_error: false,
  result: 'answer',
  total_cost_usd: 0.5,
  usage: { input_tokens: 1, output_tokens: 2 },
};
const complete = { kind: 'complete', output: 'answer', usage: { inputTokens: 1, outputTokens: 2, costUsd: 0.5 } };
const event = (value: object): string => `${JSON.stringify(value)}\n`;

/** What is read of a stdout that comes in pieces of so many bytes. */
function follow(stdout: string | Buffer, size = 65_536) {
  const events = new ResultEvents();
  const bytes = Buffer.from(stdout);
  for (let at = 0; at < bytes.length; at += size) events.push(bytes.subarray(at, at + size));
  return readClaudeResult(events.finish());
}

describe('the result of claude -p', () => {
  it('is answer and usage', () => {
    expect(readClaudeResult(JSON.stringify(result))).toEqual(complete);
  });

  it('has no figure that the plane would refuse, and the answer with it', () => {
    const odd = { ...result, total_cost_usd: -1, usage: { input_tokens: -1, output_tokens: 0.5 } };
    expect(readClaudeResult(JSON.stringify(odd))).toEqual({ kind: 'complete', output: 'answer', usage: {} });
  });

  it.each([
    { subtype: 5 },
    { result: {}, subtype: null },
    { usage: null, result: 7 },
    { usage: 3, total_cost_usd: '1' },
  ])('may be of a shape that nobody knows: %j fails, and nothing is thrown', odd => {
    const outcome = { kind: 'fail', error: 'claude -p: no result', retryable: true, usage: {} };
    expect(readClaudeResult(JSON.stringify({ type: 'result', ...odd }))).toEqual(outcome);
    expect(follow(event({ type: 'result', ...odd }))).toEqual(outcome);
  });

  it.each([
    ['an error', JSON.stringify({ type: 'result', is_error: true, result: 'limit reached' }), 'limit reached'],
    ['no answer', JSON.stringify({ type: 'result', subtype: 'error_max_turns' }), 'error_max_turns'],
    ['something else', 'Segmentation fault', 'Segmentation fault'],
  ])('fails, to be tried again, on %s', (_what, stdout, reason) => {
    expect(readClaudeResult(stdout)).toMatchObject({
      kind: 'fail',
      retryable: true,
      error: expect.stringContaining(reason),
    });
  });
});

const limit = (status: string, resetsAt?: unknown) =>
  event({ type: 'rate_limit_event', rate_limit_info: { status, resetsAt } });
const untilMs = (stdout: string) => {
  const outcome = follow(stdout);
  expect(outcome).toMatchObject({ kind: 'fail', retryable: true });
  return outcome.kind === 'fail' && outcome.retryNotBefore ? Date.parse(outcome.retryNotBefore) : null;
};

describe('a usage limit', () => {
  const error = { type: 'result', is_error: true, result: 'You have hit your limit · resets 3pm' };
  const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;

  // Each attempt failed within a second, five were spent in 15 s, and a whole backlog was dead in minutes.
  it('holds the account until it ends, as the client tells it beside its result', () => {
    expect(untilMs(limit('rejected', inAnHour) + event(error))).toBe(inAnHour * 1_000);
  });

  it('is over where the client was let in again, and none of the account where its work was done', () => {
    const told = limit('rejected', inAnHour) + limit('allowed');
    expect(untilMs(told + event({ ...error, result: 'the API is overloaded' }))).toBeNull();
    expect(follow(limit('rejected', inAnHour) + event(result))).toEqual(complete);
  });

  it('that says in its words when it ends holds until then, and one that does not holds for minutes', () => {
    const old = { ...error, result: `Claude AI usage limit reached|${inAnHour}` };
    expect(untilMs(event(old))).toBe(inAnHour * 1_000);
    for (const stdout of [
      event(error),
      limit('rejected', 'soon') + event(error),
      limit('rejected', 1e13) + event(error),
    ])
      expect(Math.abs(Number(untilMs(stdout)) - Date.now() - 600_000)).toBeLessThan(10_000);
    expect(untilMs(event({ ...error, result: 'the file is over its size limit' }))).toBeNull();
    expect(
      untilMs(event({ type: 'rate_limit_event', rate_limit_info: null }) + event({ ...error, result: 'no' })),
    ).toBeNull();
  });
});

describe('the events of claude -p', () => {
  const quoting = {
    type: 'assistant',
    message: { content: [{ type: 'tool_use', input: { ...result, result: 'no' } }] },
  };

  it.each([1, 7, 65_536])('are passed over for the result, %s bytes at a time', size => {
    const stdout = `warning: é\n${event({ type: 'system', subtype: 'init' })}\r\n${event(quoting)}${event(result)}`;
    expect(follow(stdout, size)).toEqual(complete);
    expect(follow(`${stdout}{"type":"result", cut of`, size)).toEqual(complete);
    expect(follow(`${event(quoting)}${JSON.stringify({ ...result, result: 'né€😀' })}`, size)).toMatchObject({
      output: 'né€😀',
    });
  });

  it('may be longer than what is kept of a line', () => {
    const picture = event({ type: 'user', message: 'x'.repeat(5_000_000) });
    expect(follow(`${picture}${event(result)}${picture}`)).toEqual(complete);
  });

  it('hold several results when work in the background ended: the last answer, its cost, the tokens of all', () => {
    const first = { ...result, result: 'it runs in the background', total_cost_usd: 0.3 };
    expect(follow(event(first) + event(result))).toEqual({
      ...complete,
      usage: { inputTokens: 2, outputTokens: 4, costUsd: 0.5 },
    });
    expect(follow(event(first) + event({ type: 'result', subtype: 'error_max_turns' }))).toMatchObject({
      kind: 'fail',
      error: expect.stringContaining('error_max_turns'),
      usage: { inputTokens: 1, outputTokens: 2, costUsd: 0.3 },
    });
  });

  it('without a result fail, with the last words that were none of them, and never with what the agent read', () => {
    const words = `${'chatter\n'.repeat(10_000)}Segmentation fault`;
    const outcome = follow(`${words}\n${event({ type: 'user', message: 'a secret file' })}`);
    expect(outcome).toMatchObject({ kind: 'fail', retryable: true, error: expect.stringContaining('Segmentation') });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(JSON.stringify(outcome).length).toBeLessThan(2_500);
    expect(follow('')).toMatchObject({ kind: 'fail', error: 'claude -p printed no result' });
  });
});
