import { createParser, type EventSourceMessage } from 'eventsource-parser';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeComment, encodeEvent, encodeRetry } from '@/lib/wire/sse-frame';

const parse = (text: string) => {
  const events: EventSourceMessage[] = [];
  const errors: unknown[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: event => events.push(event),
    onError: error => errors.push(error),
    onRetry: delay => retries.push(delay),
  });
  parser.feed(text);
  return { events, errors, retries };
};

describe('an event frame', () => {
  it('is one id, one event and one data line, then a blank one', () => {
    expect(encodeEvent({ id: 'p1', event: 'message-created', data: { id: 'a' } })).toBe(
      'id: p1\nevent: message-created\ndata: {"id":"a"}\n\n',
    );
    expect(encodeEvent({ event: 'checkpoint', data: {} })).toBe('event: checkpoint\ndata: {}\n\n');
  });

  it('carries any JSON as exactly one event, whatever line ends or fields its text imitates', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const data = { value, text, attack: '\n\nevent: admin\ndata: {}\r\n\r\n' };
        const { events, errors } = parse(encodeEvent({ id: 'p1', event: 'task-updated', data }));
        expect(errors).toEqual([]);
        expect(events).toHaveLength(1);
        expect(events[0]).toMatchObject({ id: 'p1', event: 'task-updated', data: JSON.stringify(data) });
      }),
    );
  });

  it.each(['a\nb', 'a\rb', 'a\0b', ''])('refuses %j as id or event name', bad => {
    expect(() => encodeEvent({ id: bad, event: 'checkpoint', data: {} })).toThrow(/id/);
    expect(() => encodeEvent({ id: 'p1', event: bad, data: {} })).toThrow(/event/);
  });
});

describe('comments and retry', () => {
  it('are read as such', () => {
    expect(encodeComment('hb')).toBe(': hb\n\n');
    expect(parse(encodeComment('connected') + encodeRetry(1_000))).toEqual({
      events: [],
      errors: [],
      retries: [1_000],
    });
  });

  it('refuse what would not be read', () => {
    expect(() => encodeComment('a\nb')).toThrow(/line/);
    expect(() => encodeRetry(1.5)).toThrow(/retry/);
    expect(() => encodeRetry(-1)).toThrow(/retry/);
  });
});
