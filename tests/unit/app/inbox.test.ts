import { describe, expect, it } from 'vitest';
import type { SystemHealth } from '@/lib/domain/health/schema';
import type { InboxItem } from '@/lib/domain/inbox/schema';
import { notifyStateOf } from '@/app/(dashboard)/_frame/notify';
import type { Stats } from '@/lib/domain/stats/schema';
import { alarmsOf } from '@/app/(dashboard)/_frame/alarms';
import { arrivedSince, badgeText } from '@/app/(dashboard)/_inbox/inbox-count';
import { afterDealing, byUrgency, countKinds, stepFrom } from '@/app/(dashboard)/_inbox/inbox-order';
import { bodyOf, countdownOf, headlineOf, isAnswerable, whoOf } from '@/app/(dashboard)/_inbox/inbox-words';
import { firstLine } from '@/app/(dashboard)/_work/first-line';
import { formatSpan } from '@/app/_ui/countdown';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const item = (id: string, more: Partial<InboxItem> = {}): InboxItem => ({
  kind: 'question',
  id,
  at: at(0),
  text: 'Which one?',
  ...more,
});
const ids = (items: readonly InboxItem[]) => items.map(({ id }) => id);

describe('a deadline in words', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3_600_000, '1 h 00 min'],
    [86_399_000, '23 h 59 min'],
    [187_200_000, '2 d 4 h'],
    [-5, '0 s'],
  ])('says %d ms as %s', (ms, words) => expect(formatSpan(ms)).toBe(words));

  it('counts down to the default, and says when it is being taken', () => {
    const asked = item('a', { deadline: at(65_000), default: 'yes' });
    expect(countdownOf(asked, NOW)).toEqual({ text: 'default in 1 min 05 s', lamp: 'waiting', isOver: false });
    expect(countdownOf(asked, NOW + 66_000)).toMatchObject({ text: 'its default is being taken', isOver: true });
  });

  it('without a default is due, then overdue, and far off it is not loud', () => {
    const asked = item('a', { deadline: at(3_600_000) });
    expect(countdownOf(asked, NOW)).toEqual({ text: 'due in 1 h 00 min', lamp: 'idle', isOver: false });
    expect(countdownOf(asked, NOW + 3_720_000)).toEqual({
      text: 'overdue by 2 min 00 s',
      lamp: 'failed',
      isOver: true,
    });
    expect(countdownOf(item('b'), NOW)).toBeNull();
  });
});

describe('the order of an inbox', () => {
  it('puts the nearest deadline first, what is overdue before it, then the newest', () => {
    const items = [
      item('old', { at: at(-9_000) }),
      item('soon', { deadline: at(60_000), at: at(-99_000) }),
      item('new', { at: at(-1_000) }),
      item('over', { deadline: at(-60_000) }),
    ];
    expect(ids(byUrgency(items))).toEqual(['over', 'soon', 'new', 'old']);
  });

  it('steps to the first from nothing and stays within its ends', () => {
    const items = [item('a'), item('b')];
    expect([stepFrom(items, null, -1), stepFrom(items, 'a', 1), stepFrom(items, 'b', 1)]).toEqual(['a', 'b', 'b']);
    expect(stepFrom(items, 'a', -1)).toBe('a');
    expect(stepFrom([], null, 1)).toBeNull();
  });

  it('opens what takes the place of one dealt with, the last after the last, nothing after the only one', () => {
    const items = [item('a'), item('b'), item('c')];
    expect([afterDealing(items, 'a'), afterDealing(items, 'c'), afterDealing([item('a')], 'a')]).toEqual([
      'b',
      'b',
      null,
    ]);
  });

  it('counts each kind, those that do not occur as well', () => {
    const counts = countKinds([item('a'), item('b', { kind: 'dead' }), item('c')]);
    expect(counts).toEqual({
      question: 2,
      blocker: 0,
      message: 0,
      'late-output': 0,
      dead: 1,
      'loop-stopped': 0,
      unroutable: 0,
    });
  });
});

describe('the count beside the name', () => {
  it('does not claim to know more than was read', () => {
    expect([badgeText(3, false), badgeText(200, true)]).toEqual(['3', '200+']);
  });

  it('finds what arrived: nothing on the first look, nothing in a page that was only read now', () => {
    const known = { ids: new Set(['a']), pages: 1 };
    expect(arrivedSince(null, [item('a')], 1)).toEqual([]);
    expect(ids(arrivedSince(known, [item('b'), item('a')], 1))).toEqual(['b']);
    expect(arrivedSince(known, [item('a'), item('older')], 2)).toEqual([]);
  });
});

describe('what a row says', () => {
  it('shows the first words, without the marks of Markdown', () => {
    expect(firstLine('\n---\n## **Ship** it\n\nmore')).toBe('Ship it');
    expect(firstLine('- plain `code` of some_snake_name')).toBe('plain code of some_snake_name');
    expect(firstLine('> **`npm test`** fails')).toBe('npm test fails');
    expect(firstLine('---')).toBe('---');
  });

  it('keeps the reason apart from the work', () => {
    const dead = item('a', { kind: 'dead', text: 'boom\nwrite it', reason: 'boom', assignedTo: 'qa' });
    expect(bodyOf(dead)).toBe('write it');
    expect(headlineOf(dead)).toEqual({ title: 'write it', words: null, note: 'boom' });
    expect(whoOf(dead)).toBe('qa');
  });

  it('is called what its thread is called, and says what it says after that', () => {
    const dead = item('a', {
      kind: 'dead',
      text: 'boom\nPlease **check** it\n\nmore',
      reason: 'boom',
      subject: 'Prices',
    });
    expect(headlineOf(dead)).toEqual({ title: 'Prices', words: 'Please check it', note: 'boom' });
  });

  it('says of a blocker what it needs, and knows which blockers can be answered', () => {
    const asked = item('m', {
      kind: 'blocker',
      taskId: 't',
      text: 'Blocked: no login',
      reason: 'no login',
      needs: 'one',
    });
    expect(headlineOf(asked)).toEqual({ title: 'no login', words: null, note: 'needs one' });
    expect(isAnswerable(asked)).toBe(true);
    expect(isAnswerable(item('t', { kind: 'blocker', taskId: 't' }))).toBe(false);
  });
});

const statsOf = (stuck: number) => ({ work: { stuck }, agentTypes: [] }) as unknown as Stats;

describe('what is told elsewhere', () => {
  it('the alarm counts who waits for an answer and leads to the most urgent', () => {
    const waiting = [item('late', { kind: 'late-output' }), item('calm'), item('urgent', { deadline: at(60_000) })];
    const signs = { offline: false, databaseAway: false, health: undefined, settings: undefined, stats: undefined };
    expect(alarmsOf({ ...signs, waiting })).toEqual([
      expect.objectContaining({ text: '2 questions wait for you', href: '/inbox?item=urgent' }),
    ]);
    const blocked = [...waiting.slice(0, 2), item('stuck', { kind: 'blocker', taskId: 't' })];
    expect(alarmsOf({ ...signs, waiting: blocked })[0]?.text).toBe('1 question and 1 blocker wait for you');
    expect(alarmsOf({ ...signs, waiting: waiting.slice(0, 1) })).toEqual([]);
  });

  it('the alarm of what is stuck leads to it, and is not there while all goes on', () => {
    const signs = { offline: false, databaseAway: false, health: undefined, settings: undefined, waiting: [] };
    expect(alarmsOf({ ...signs, stats: statsOf(0) })).toEqual([]);
    expect(alarmsOf({ ...signs, stats: statsOf(1) })).toEqual([
      expect.objectContaining({
        text: expect.stringContaining('1 dispatch is stuck'),
        href: '/dispatches?state=stuck',
      }),
    ]);
  });

  it('of what is wrong with the plane keeps figures and units together where the line breaks', () => {
    const health = {
      status: 'degraded',
      reasons: ['Nobody listens: due for 2 min 5 s, away for 10 s.'],
    } as SystemHealth;
    const rest = { offline: false, databaseAway: false, settings: undefined, stats: undefined, waiting: [] };
    const [alarm] = alarmsOf({ ...rest, health });
    expect(alarm?.text).toBe('Nobody listens: due for 2\u00A0min 5\u00A0s, away for 10\u00A0s.');
  });

  it('while the page hears nothing, that alone: what it knew may be over', () => {
    const known = {
      databaseAway: true,
      health: undefined,
      settings: undefined,
      stats: undefined,
      waiting: [item('a')],
    };
    expect(alarmsOf({ ...known, offline: true }).map(({ id }) => id)).toEqual(['offline']);
    expect(alarmsOf({ ...known, offline: false }).map(({ id }) => id)).toEqual(['database']);
  });

  it.each([
    [true, 'granted', 'on'],
    [true, 'denied', 'denied'],
    [true, 'default', 'off'],
    [false, 'granted', 'unasked'],
    [false, null, 'missing'],
  ] as const)('notifications wanted %s, permission %s: %s', (wanted, permission, state) =>
    expect(notifyStateOf(wanted, permission)).toBe(state),
  );
});
