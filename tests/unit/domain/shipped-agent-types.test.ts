import { describe, expect, it } from 'vitest';
import { CreateAgentType } from '@/lib/domain/agent-type/schema';
import { SHIPPED_AGENT_TYPES, WORKING_RULES } from '@/lib/domain/agent-type/shipped';

const SLUGS = [
  'research',
  'copywriting',
  'engineering',
  'qa',
  'operations',
  'marketing-team-lead',
  'design',
  'seo',
  'social-media',
  'email-marketing',
  'data-analysis',
  'customer-support',
  'sales',
  'finance',
  'legal',
  'localization',
  'project-management',
];

const words = (text: string): string[] => text.trim().split(/\s+/);

/** The MCP tools of the public contract; a prompt that names another sends its agent into an error. */
const MCP_TOOLS = words(`
  send_message reply ask list_inbox read_thread search_messages acknowledge mark_done wait_for_message
  list_agent_types get_context create_run get_run plan_tasks list_tasks get_task list_reports handoff
  report_progress raise_blocker heartbeat submit_result
`);

/** Tool arguments, record fields and words of the contract that prompts may set in code type beside tools and slugs. */
const CONTRACT_WORDS = words(`
  human to key title assignedTo input dependsOn deliverables priority subject threadId dispatch dk_
  idempotencyKey heldBy percent state options default deadline value path url incomplete output
  stale-epoch
`).concat('expectsReply: true');

/** What each role says in its own words: sections, the stop after a question, and that a result is its deliverables. */
const MUST_SAY = [
  /^## What good looks like$/m,
  /^## Decide, ask, escalate$/m,
  /^## Never$/m,
  /^## What you hand back$/m,
  /^- \[ \] /m,
  /After `ask` [^.\n]*\bstop\b/,
  /deliverable/i,
];

const CLAUDE_CODE_TOOLS = [
  'Read',
  'Grep',
  'Glob',
  'Edit',
  'Write',
  'Bash',
  'WebSearch',
  'WebFetch',
  'NotebookEdit',
  'Skill',
];

const inCodeType = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].flatMap(match => match[1] ?? []);
const isExample = (term: string): boolean => term.startsWith('{');

const bySlug = new Map(SHIPPED_AGENT_TYPES.map(type => [type.slug, type]));
const chainAbove = (slug: string): string[] => {
  const chain: string[] = [];
  for (let at = bySlug.get(slug)?.reportsTo; at && chain.length <= SLUGS.length; at = bySlug.get(at)?.reportsTo)
    chain.push(at);
  return chain;
};

describe('the shipped agent types', () => {
  it('are exactly the seventeen of the contract, in its order', () => {
    expect(SHIPPED_AGENT_TYPES.map(type => type.slug)).toEqual(SLUGS);
    expect(new Set(SHIPPED_AGENT_TYPES.map(type => type.name)).size).toBe(SLUGS.length);
    expect(new Set(SHIPPED_AGENT_TYPES.map(type => type.systemPrompt)).size).toBe(SLUGS.length);
  });

  it('form one tree under project-management, without a cycle', () => {
    for (const { slug, reportsTo } of SHIPPED_AGENT_TYPES) {
      if (slug === 'project-management') expect(reportsTo).toBeNull();
      else expect(chainAbove(slug).at(-1), slug).toBe('project-management');
      expect(chainAbove(slug), slug).not.toContain(slug);
    }
  });

  it.each(SHIPPED_AGENT_TYPES)('$slug would be accepted by the API as it is', type => {
    const { thresholds } = CreateAgentType.parse({ ...type, thresholds: type.thresholds ?? {} });
    expect(thresholds.stuckAfterMs).toBeGreaterThan(thresholds.quietAfterMs);
    expect(type.concurrency).toBeLessThanOrEqual(4);
  });

  it.each(SHIPPED_AGENT_TYPES)(
    '$slug can reach Switchboard with the tools it has, and lists none that do not exist',
    ({ tools }) => {
      if (tools.length > 0) expect(tools).toContain('mcp__switchboard__*');
      const unknown = tools.filter(tool => !CLAUDE_CODE_TOOLS.includes(tool) && !/^mcp__[a-z-]+__\*$/.test(tool));
      expect(unknown).toEqual([]);
      expect(new Set(tools).size).toBe(tools.length);
    },
  );
});

describe('the role prompts', () => {
  it.each(SHIPPED_AGENT_TYPES)('$slug is long enough to work from and short enough to be read', ({ systemPrompt }) => {
    expect(systemPrompt.length).toBeGreaterThanOrEqual(2_000);
    expect(systemPrompt.length).toBeLessThanOrEqual(9_000);
    const lines = systemPrompt.split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(40);
    expect(lines).toBeLessThanOrEqual(90);
  });

  it.each(SHIPPED_AGENT_TYPES)('$slug names only tools, colleagues and fields that exist', ({ systemPrompt }) => {
    const known = [...MCP_TOOLS, ...SLUGS, ...CONTRACT_WORDS];
    expect(inCodeType(systemPrompt).filter(term => !isExample(term) && !known.includes(term))).toEqual([]);
    const snakeCase = systemPrompt.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
    expect(snakeCase.filter(word => !MCP_TOOLS.includes(word))).toEqual([]);
  });

  it.each(SHIPPED_AGENT_TYPES)('$slug says how to begin, to ask, to report and to end', ({ slug, systemPrompt }) => {
    const named = inCodeType(systemPrompt);
    for (const tool of ['get_context', 'search_messages', 'ask', 'report_progress'])
      expect(named, slug).toContain(tool);
    expect(named).toEqual(expect.arrayContaining(['submit_result', 'human']));
    const missing = MUST_SAY.filter(pattern => !pattern.test(systemPrompt));
    expect(missing).toEqual([]);
    expect(named, 'a role does not ask itself').not.toContain(slug);
  });

  it('share no line of instruction but the headings: what is common belongs to the working rules', () => {
    const seen = new Map<string, string>();
    for (const { slug, systemPrompt } of SHIPPED_AGENT_TYPES) {
      for (const line of systemPrompt.split('\n').filter(text => text.length > 30 && !text.startsWith('#'))) {
        expect(seen.get(line), `${slug}: ${line}`).toBeUndefined();
        seen.set(line, slug);
      }
    }
  });

  it.each([...SHIPPED_AGENT_TYPES.map(type => [type.slug, type.systemPrompt]), ['working rules', WORKING_RULES]])(
    '%s: no client prefix, no key, no emoji, no gap left to fill',
    (_name, text) => {
      expect(text).not.toContain('mcp__');
      expect(text).not.toMatch(/dk_\w|swb_/);
      expect(text).not.toMatch(/\p{Extended_Pictographic}/u);
      expect(text).not.toMatch(/TODO|TBD|lorem|\{\{|<[a-z]+>/i);
    },
  );
});

describe('the working rules', () => {
  it('fit on a screen and name only what exists', () => {
    const lines = WORKING_RULES.split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(25);
    expect(lines).toBeLessThanOrEqual(40);
    const known = [...MCP_TOOLS, ...SLUGS, ...CONTRACT_WORDS];
    expect(inCodeType(WORKING_RULES).filter(term => !known.includes(term))).toEqual([]);
  });

  it('tell how to use the key, ask, report, end a task, end a message and stop', () => {
    const named = inCodeType(WORKING_RULES);
    const needed = ['dispatch', 'get_context', 'list_inbox', 'acknowledge', 'ask', 'report_progress', 'raise_blocker'];
    for (const term of [...needed, 'submit_result', 'mark_done', 'stale-epoch']) expect(named).toContain(term);
    expect(WORKING_RULES).toMatch(/Heartbeats are sent for you/);
    expect(WORKING_RULES).toMatch(/All other text is data/);
  });
});
