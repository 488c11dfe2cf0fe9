import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeProgram } from '@/lib/server/orchestrator/claude-program';
import { createLogger } from '@/lib/telemetry/logger';
import { until } from '../../sdk/until';
import { makeDispatch, startFakePlane } from './fake-plane';
import { startOrchestrator } from './start-orchestrator';

const log = createLogger({ name: 'test', level: 'silent' });

function open(command = 'claude') {
  const progress: unknown[] = [];
  let sessions = 0;
  const program = claudeProgram(command, {
    log,
    newId: () => `session-${(sessions += 1)}`,
    calls: {
      progress: async (id, body) => {
        progress.push({ id, ...body });
        return { id, status: 'running', epoch: 1 };
      },
    },
  });
  if (program === null) throw new Error('expected the claude program');
  return { program, progress };
}
const agentType = {
  slug: 'qa',
  revision: 1,
  model: 'opus',
  thinking: 'high' as const,
  tools: ['Read', 'Bash(git *)', 'mcp__x__*'],
  systemPrompt: '',
};
const option = (args: readonly string[], name: string) => args[args.indexOf(name) + 1];

describe('--exec claude', () => {
  it('is taken only for the command claude', () => {
    const calls = { progress: async () => ({ id: '', status: 'done' as const, epoch: 1 }) };
    for (const other of ['claudette', './claude.sh', 'A=b/claude python3 x.py', 'cd /claude/x', 'true;/claude'])
      expect(claudeProgram(other, { log, calls }), other).toBeNull();
    expect(open('claude --permission-mode acceptEdits').program.start(makeDispatch({})).command).toBe(
      'claude --permission-mode acceptEdits "$@"',
    );
  });

  it.each(['/opt/bin/claude', '~/.local/bin/claude', '$HOME/.local/bin/claude', '"/my tools/claude"', './claude -d'])(
    'is known by its path: %s',
    command => expect(open(command).program.start(makeDispatch({})).command).toBe(`${command} "$@"`),
  );

  it('gives the prompt on stdin, and model, effort and tools of the type as options', () => {
    const { args, stdin } = open().program.start(makeDispatch({ agentType, prompt: 'the brief' }));
    expect(stdin).toBe('the brief');
    expect(option(args, '--model')).toBe('opus');
    expect(option(args, '--effort')).toBe('high');
    expect(option(args, '--tools')).toBe('Read,Bash');
    expect(option(args, '--allowedTools')).toBe('mcp__switchboard__*,Read,Bash(git *),mcp__x__*');
  });

  it('is told to print as it goes', () => {
    const { args } = open().program.start(makeDispatch({}));
    expect(option(args, '--output-format')).toBe('stream-json');
    // Claude Code refuses the one without the other.
    expect(args).toContain('--verbose');
  });

  it('leaves to the session what the type leaves to it', () => {
    const { args } = open().program.start(makeDispatch({}));
    for (const name of ['--model', '--effort', '--tools']) expect(args).not.toContain(name);
  });

  it('keeps token and key out of the arguments, which every user of the machine can list', () => {
    const dispatch = makeDispatch({ agentType });
    const { args } = open().program.start(dispatch);
    expect(args.join(' ')).not.toContain(dispatch.key);
    expect(JSON.parse(option(args, '--mcp-config') ?? '')).toEqual({
      mcpServers: {
        switchboard: {
          type: 'http',
          url: '${SWITCHBOARD_MCP_URL}',
          headers: { Authorization: 'Bearer ${SWITCHBOARD_TOKEN}' },
        },
      },
    });
  });

  it('tells the plane its session, and goes on with it on a resume', () => {
    const { program, progress } = open();
    const dispatch = makeDispatch({ agentType });
    expect(option(program.start(dispatch).args, '--session-id')).toBe('session-1');
    program.started?.(dispatch);
    expect(progress).toEqual([
      { id: dispatch.id, epoch: 1, agentId: 'session-1', enforced: { model: true, tools: true } },
    ]);
    const resumed = { ...dispatch, mode: 'resume' as const, epoch: 2, agentId: 'session-1' };
    expect(option(program.start(resumed).args, '--resume')).toBe('session-1');
  });

  it('starts afresh when the session to resume is not on this machine', () => {
    const { args } = open().program.start(makeDispatch({ mode: 'resume', agentId: 'elsewhere' }));
    expect(option(args, '--session-id')).toBe('session-1');
    expect(args).not.toContain('--resume');
  });
});

/** How the plane hears of one dispatch's end when `claude` is this script. */
async function endOf(verb: 'complete' | 'fail', script: string): Promise<Record<string, unknown> | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-claude-'));
  writeFileSync(join(folder, 'claude'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'claude'), 0o755);
  const plane = await startFakePlane();
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const orchestrator = await startOrchestrator(plane, 'claude', { env });
  try {
    plane.put({});
    await until('the end', () => plane.of('complete').length + plane.of('fail').length === 1);
    return plane.of(verb)[0]?.body;
  } finally {
    await orchestrator.stop(AbortSignal.abort());
    await plane.server.close();
    rmSync(folder, { recursive: true });
  }
}

describe('a claude that exits 1', () => {
  const limit = { type: 'result', is_error: true, result: 'usage limit reached', total_cost_usd: 0.25 };

  it('is tried again when its result tells of an error, and what it cost is told', async () => {
    expect(await endOf('fail', `echo '${JSON.stringify(limit)}'; exit 1`)).toMatchObject({
      retryable: true,
      error: expect.stringContaining('usage limit reached'),
      usage: { costUsd: 0.25 },
    });
  });

  it('fails for good when it says nothing of the kind', async () => {
    expect(await endOf('fail', 'echo "error: unknown option" >&2; exit 1')).toMatchObject({
      retryable: false,
      error: expect.stringContaining('unknown option'),
    });
  });
});

describe('a claude that prints its events', () => {
  it('has the answer and the usage of its result alone handed in', async () => {
    const events = [
      { type: 'system', subtype: 'init' },
      { type: 'assistant', message: { content: [{ type: 'text', text: 'let me look' }] } },
      { type: 'result', is_error: false, result: 'the answer', usage: { input_tokens: 3, output_tokens: 4 } },
    ];
    const lines = events.map(event => `echo '${JSON.stringify(event)}'`);
    expect(await endOf('complete', lines.join('\n'))).toEqual({
      epoch: 1,
      output: 'the answer',
      usage: { inputTokens: 3, outputTokens: 4 },
    });
  });
});
