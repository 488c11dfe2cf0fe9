import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, say, type ModelRequest } from './rig/model-server';
import type { AgentScript } from './rig/session-model';
import { Stage } from './rig/stage';

/** Agent types as agents of the session's own: what the Agent tool cannot hold an agent to holds there, and is said. */

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.set('research', { model: 'claude-haiku-4-5', tools: ['Read'] });
});
afterEach(() => stage.endSessions());
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

const sync = (project: string, ...args: string[]): string =>
  execFileSync(process.execPath, ['dist/agents-sync.mjs', project, ...args], {
    env: { ...process.env, SWITCHBOARD_DATA: stage.board.dataDir },
    encoding: 'utf8',
  });

/** So long that the hook of the agent's start was heard before its first tool. */
const SETTLE_MS = 2_000;
const seen: ModelRequest[] = [];
/** Reads a file, which a hook tells of, and ends. */
const reads =
  (file: string): AgentScript =>
  async ({ results, request }) => {
    seen.push(request);
    if (results.length > 0) return [say('read it')];
    await new Promise(resolve => setTimeout(resolve, SETTLE_MS));
    return [call('Read', { file_path: file })];
  };
const record = async (id: string) => (await stage.board.api('GET', `/api/dispatches?sourceId=${id}`)).body.items[0];
const others = (tools: string[]) => tools.filter(name => name !== 'Read' && !name.startsWith('mcp__switchboard__'));

describe('an agent type that agents:sync wrote', () => {
  it('is started itself: its model and tools hold, the dispatch says so, and its work is seen', async () => {
    const project = stage.project();
    expect(sync(project)).toContain('research.md  written');
    expect(sync(project, '--check')).toContain('as the types say');
    await stage.listening(await stage.session(project, reads(join(project, '.mcp.json'))));
    seen.length = 0;
    const id = await stage.send('task-a');
    await stage.is(id, 'done');
    expect(seen.map(({ model }) => model)).toEqual(['claude-haiku-4-5', 'claude-haiku-4-5']);
    expect(seen[0]!.tools).toContain('Read');
    expect(seen[0]!.tools).toContain('mcp__switchboard__submit_result');
    // What the client gives every agent to hear and speak with is none of the session's power.
    expect(others(seen[0]!.tools).filter(name => name !== 'SendMessage')).toEqual([]);
    expect(await record(id)).toMatchObject({
      status: 'done',
      enforced: { model: true, tools: true },
      progress: { state: 'at work: Read' },
    });
  });

  it('is passed over when it was changed by hand: the dispatch says that nothing holds', async () => {
    const project = stage.project();
    sync(project);
    const path = join(project, '.claude', 'agents', 'research.md');
    writeFileSync(path, readFileSync(path, 'utf8').replace('tools: Read', 'tools: Bash, Read'));
    await stage.listening(await stage.session(project, reads(join(project, '.mcp.json'))));
    seen.length = 0;
    const id = await stage.send('task-b');
    await stage.is(id, 'done');
    expect(others(seen[0]!.tools)).toContain('Bash');
    expect(await record(id)).toMatchObject({ enforced: { model: false, tools: false } });
  });
});
