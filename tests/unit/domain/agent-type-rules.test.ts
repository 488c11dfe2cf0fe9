import { describe, expect, it } from 'vitest';
import { readRawAgentType } from '@/lib/domain/agent-type/read-raw';
import { reportsToFault } from '@/lib/domain/agent-type/reports-to';
import { AGENT_TYPE_SETTINGS, CreateAgentType } from '@/lib/domain/agent-type/schema';
import { diffSettings, mergeSettings } from '@/lib/domain/agent-type/settings';
import { SHIPPED_AGENT_TYPES } from '@/lib/domain/agent-type/shipped';

const settings = () => {
  const { slug: _slug, ...rest } = CreateAgentType.parse({ slug: 'a', name: 'A' });
  return rest;
};

describe('who leads whom', () => {
  const leaders = new Map<string, string | null>([
    ['a', null],
    ['b', 'a'],
    ['c', 'b'],
    ['x', 'y'],
    ['y', 'x'],
    ['orphan', 'gone'],
  ]);

  it.each([
    ['new', null, null],
    ['new', 'c', null],
    ['new', 'orphan', null],
    ['new', 'new', 'itself'],
    ['new', 'nobody', 'exists'],
    ['a', 'c', 'a reports to c reports to b reports to a'],
  ])('%s under %s: %s', (slug, leader, fault) => {
    const found = reportsToFault(slug, leader, leaders);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });

  it('comes to an end on a circle that a driver left among others', () => {
    expect(reportsToFault('new', 'x', leaders)).toBeNull();
  });
});

describe('settings', () => {
  it('differ by each field, thresholds by their own name, and not at all from themselves', () => {
    const before = settings();
    const after = mergeSettings(before, { tools: ['Read'], thresholds: { maxAttempts: 2 } });
    expect(diffSettings(before, after)).toEqual([
      { field: 'tools', before: [], after: ['Read'] },
      { field: 'thresholds.maxAttempts', before: 5, after: 2 },
    ]);
    expect(diffSettings(after, structuredClone(after))).toEqual([]);
    expect(diffSettings(null, before)).toHaveLength(AGENT_TYPE_SETTINGS.length - 1 + 6);
  });

  it('merge without touching what they came from, thresholds one by one', () => {
    const changed = mergeSettings(settings(), { thresholds: { leaseMs: 5_000 }, reportsTo: 'b' });
    const again = mergeSettings(changed, { thresholds: { maxAttempts: 2 } });
    expect(again).toMatchObject({ reportsTo: 'b', thresholds: { leaseMs: 5_000, maxAttempts: 2 } });
    expect(changed.thresholds.maxAttempts).toBe(5);
  });
});

describe('a stored type', () => {
  it('gets its defaults where a driver left fields out, and is read as it is where nothing is missing', () => {
    expect(readRawAgentType({ slug: 'a', more: 1 })).toEqual({
      ok: true,
      slug: 'a',
      settings: { ...settings(), name: 'a' },
    });
    for (const shipped of SHIPPED_AGENT_TYPES) {
      const { slug, ...whole } = CreateAgentType.parse(shipped);
      expect(readRawAgentType({ slug, ...whole })).toEqual({ ok: true, slug, settings: whole });
    }
  });

  it.each([
    [{}, 'slug'],
    [{ slug: 'human' }, 'slug'],
    [{ slug: 'a', concurrency: 'many' }, 'concurrency'],
    [{ slug: 'a', thresholds: { leaseMs: 5 } }, 'thresholds.leaseMs'],
    [{ slug: 'a', paused: 'yes' }, 'paused'],
  ])('%j is malformed at %s', (raw, path) => {
    const read = readRawAgentType(raw);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.reason.split(':')[0]).toBe(path);
  });
});
