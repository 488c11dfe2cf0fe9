import { describe, expect, it } from 'vitest';
import { changesBetween, patchOf, rebase, settingsOf } from '@/app/(dashboard)/agents/agent-settings';
import { DEFAULT_THRESHOLDS, type AgentType } from '@/lib/domain/agent-type/schema';

const saved: AgentType = {
  id: '66aa00000000000000000001',
  tenantId: 'default',
  createdAt: '2026-11-21T09:00:00.000Z',
  updatedAt: '2026-11-21T09:00:00.000Z',
  createdBy: 'admin',
  slug: 'research',
  name: 'Research',
  description: '',
  model: 'sonnet',
  thinking: 'medium',
  tools: ['Read'],
  systemPrompt: 'Look things up.',
  concurrency: 3,
  paused: false,
  enabled: true,
  reportsTo: null,
  thresholds: DEFAULT_THRESHOLDS,
  revision: 4,
  budget: null,
};
const base = settingsOf(saved);

describe('an edit of an agent type', () => {
  it('sends only the fields that changed, with the revision it was made from', () => {
    const edited = { ...base, concurrency: 5, thresholds: { ...base.thresholds, leaseMs: 90_000 } };
    expect(patchOf(saved, edited)).toEqual({ revision: 4, concurrency: 5, thresholds: { leaseMs: 90_000 } });
  });

  it('puts a cleared budget back to its default by null', () => {
    const budgeted = { ...saved, thresholds: { ...saved.thresholds, dailyBudgetUsd: 10 } };
    expect(patchOf(budgeted, base)).toEqual({ revision: 4, thresholds: { dailyBudgetUsd: null } });
  });

  it('names thresholds by their own name and tools as one field', () => {
    const edited = { ...base, tools: ['Read', 'Bash(git *)'], thresholds: { ...base.thresholds, maxAttempts: 2 } };
    expect(changesBetween(base, edited)).toEqual([
      { field: 'tools', before: ['Read'], after: ['Read', 'Bash(git *)'] },
      { field: 'thresholds.maxAttempts', before: 5, after: 2 },
    ]);
  });
});

describe('a save from elsewhere while editing', () => {
  it('keeps what was edited here and takes over the rest', () => {
    const edited = { ...base, systemPrompt: 'Mine.' };
    const theirs = { ...base, concurrency: 9, name: 'Researcher' };
    expect(rebase(edited, base, theirs)).toEqual({ ...theirs, systemPrompt: 'Mine.' });
  });

  it('keeps mine where both changed the same field, thresholds one by one', () => {
    const edited = { ...base, concurrency: 5, thresholds: { ...base.thresholds, leaseMs: 5_000 } };
    const theirs = { ...base, concurrency: 9, thresholds: { ...base.thresholds, maxAttempts: 1 } };
    expect(rebase(edited, base, theirs)).toEqual({
      ...theirs,
      concurrency: 5,
      thresholds: { ...base.thresholds, leaseMs: 5_000, maxAttempts: 1 },
    });
  });
});
