import { describe, expect, it } from 'vitest';
import { present, type Presented } from '@/lib/server/orchestrator-skill/present';
import { spawnAdvice } from '@/lib/server/orchestrator-skill/spawn-advice';
import { makeDispatch } from '../orchestrator/fake-plane';

const item = (promptLength: number, roleLength = 100): Presented => {
  const dispatch = makeDispatch({
    prompt: 'p'.repeat(promptLength),
    agentType: {
      slug: 'qa',
      revision: 1,
      model: 'opus',
      thinking: 'off',
      tools: [],
      systemPrompt: 'r'.repeat(roleLength),
    },
  });
  return { dispatch, spawn: spawnAdvice(dispatch, false, false), file: '/x.json', promptFile: '/x.md' };
};
const presented = (tools: string[]) => {
  const { dispatch, ...rest } = item(50_000);
  const typed = { ...dispatch, agentType: { ...dispatch.agentType, tools } };
  return present([{ ...rest, dispatch: typed, spawn: spawnAdvice(typed, false, true) }])[0];
};
const size = (shown: unknown[]) => JSON.stringify(shown).length;

describe('printing of claimed dispatches', () => {
  it('shows them whole while there is room', () => {
    const one = item(1_000);
    expect(present([one])).toEqual([{ ...one.dispatch, spawn: one.spawn, file: '/x.json' }]);
  });

  it('drops what the prompt quotes anyway before it touches a prompt', () => {
    const [shown] = present([item(15_000, 15_000)]) as Record<string, unknown>[];
    expect(shown).toMatchObject({ truncated: true, prompt: 'p'.repeat(15_000), file: '/x.json' });
    expect(shown?.['agentType']).not.toHaveProperty('systemPrompt', expect.anything());
  });

  it('sends an agent to the file for a prompt that does not fit, and leaves short ones as they are', () => {
    const shown = present([item(200), item(50_000)]) as Record<string, unknown>[];
    expect(shown[0]).toMatchObject({ prompt: 'p'.repeat(200) });
    expect(shown[0]).not.toHaveProperty('truncated');
    expect(shown[1]?.['prompt']).toContain('/x.md');
    expect(size(shown)).toBeLessThan(24_000);
  });

  it('gives one that could not read the file as its type to an agent that can', () => {
    expect(presented(['Read', 'Grep'])).toHaveProperty('spawn.subagent_type', 'qa');
    expect(presented([])).toHaveProperty('spawn.subagent_type', 'qa');
    expect(JSON.stringify(presented(['WebSearch']))).not.toContain('subagent_type');
  });

  it('stays within the limit for as many as one call may claim', () => {
    expect(size(present(Array.from({ length: 20 }, () => item(60_000, 60_000))))).toBeLessThan(26_000);
  });
});

const typed = (model: string) => ({
  slug: 'qa',
  revision: 1,
  model,
  thinking: 'off' as const,
  tools: [],
  systemPrompt: '',
});

describe('the call that starts an agent', () => {
  it('names it by its dispatch, with the model where the tool knows it', () => {
    const dispatch = makeDispatch({ agentType: typed('haiku') });
    expect(spawnAdvice(dispatch, false, false)).toMatchObject({ tool: 'Agent', name: dispatch.id, model: 'haiku' });
    expect(spawnAdvice(makeDispatch({ agentType: typed('inherit') }), false, false)).not.toHaveProperty('model');
    expect(spawnAdvice(makeDispatch({ agentType: typed('claude-opus-4-8') }), false, false)).not.toHaveProperty(
      'model',
    );
  });

  it('is a message to the same agent on a resume, and a new agent where this session has none', () => {
    const dispatch = makeDispatch({ mode: 'resume', agentId: 'agent-1' });
    expect(spawnAdvice(dispatch, true, false)).toEqual({ tool: 'SendMessage', to: 'agent-1' });
    expect(spawnAdvice(dispatch, false, false)).toMatchObject({ tool: 'Agent', name: dispatch.id });
  });
});
