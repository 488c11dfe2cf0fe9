import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelServer, newTextOf, type Policy } from './model-server';
import type { Switchboard } from '../../support/switchboard';

/** One line of `--output-format stream-json`. */
export interface Line {
  type: string;
  subtype?: string;
  [field: string]: unknown;
}

const STORY_TURNS = 40;
const STORY_CHARACTERS = 1_500;
const END_MS = 5_000;

/** The real Claude Code in a project of its own, with a fresh HOME, no credentials, and a scripted model. */
export class ClaudeSession {
  readonly lines: Line[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  private constructor(
    child: ChildProcess,
    readonly project: string,
    readonly model: ModelServer,
    private readonly home: string,
  ) {
    this.#child = child;
    this.#exited = new Promise(resolve => child.once('exit', resolve));
    let rest = '';
    child.stdout!.on('data', chunk => {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop()!;
      for (const part of parts) if (part.trim() !== '') this.lines.push(JSON.parse(part) as Line);
    });
    child.stderr!.on('data', chunk => (this.stderr += String(chunk)));
  }

  /** In a project that has the skill installed; `/orchestrator` is its first word. */
  static async start(project: string, policy: Policy, { args = '', env = {} } = {}): Promise<ClaudeSession> {
    const model = await ModelServer.start(policy);
    const home = mkdtempSync(join(tmpdir(), 'switchboard-claude-home-'));
    // A project's allow rules count only in a folder that was trusted.
    const trusted = { projects: { [project]: { hasTrustDialogAccepted: true } } };
    writeFileSync(join(home, '.claude.json'), JSON.stringify(trusted));
    const child = spawn(
      claudePath(),
      ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', ...PERMISSIONS],
      { cwd: project, env: { ...environment(home, model.url), ...env }, stdio: 'pipe' },
    );
    const session = new ClaudeSession(child, project, model, home);
    child.stdin!.on('error', () => undefined);
    session.type(`/orchestrator ${args}`.trim());
    return session;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** As a person would. */
  type(text: string): void {
    const message = { role: 'user', content: [{ type: 'text', text }] };
    this.#child.stdin!.write(`${JSON.stringify({ type: 'user', message })}\n`);
  }

  /** Calls of the model that this session's own turns made, in order. */
  calls(name: string): Record<string, unknown>[] {
    return this.model.requests.flatMap(({ reply }) =>
      reply.flatMap(block => (block.type === 'tool_use' && block.name === name ? [block.input] : [])),
    );
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    await this.model.stop();
  }

  /** Ends its input, which ends it; what is still there then is killed. */
  async end(): Promise<void> {
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
    await this.model.stop();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** What to read when a test fails. */
  story(): string {
    const lines = this.model.requests
      .slice(-STORY_TURNS)
      .map(({ request, reply }) =>
        [`${request.model}: …${newTextOf(request).slice(-STORY_CHARACTERS)}`, `→ ${JSON.stringify(reply)}`].join('\n'),
      );
    return `${lines.join('\n')}\n${this.stderr.slice(-2_000)}\n${this.model.failures.join('\n')}`;
  }
}

const PERMISSIONS = ['--permission-mode', 'dontAsk', '--model', 'sonnet'];

/** Set by `npm run test:claude`, which installs it. */
export function claudePath(): string {
  const path = process.env['SWITCHBOARD_TEST_CLAUDE'];
  if (!path) throw new Error('SWITCHBOARD_TEST_CLAUDE: unset; run `npm run test:claude`, which installs Claude Code');
  return path;
}

export const environment = (home: string, modelUrl: string): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  PATH: process.env['PATH'],
  HOME: home,
  TMPDIR: tmpdir(),
  ANTHROPIC_BASE_URL: modelUrl,
  ANTHROPIC_API_KEY: 'sk-dummy-stub',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
});

/** A project folder with the skill, the tools and the rules, as `npm run skill:install` puts them there. */
export function makeProject(board: Switchboard): string {
  const project = mkdtempSync(join(tmpdir(), 'switchboard-claude-project-'));
  mkdirSync(join(project, '.git'));
  execFileSync(process.execPath, ['dist/skill-install.mjs', project], {
    env: { ...process.env, SWITCHBOARD_DATA: board.dataDir },
    stdio: 'pipe',
  });
  return project;
}

export const scriptsOf = (project: string): string => join(project, '.claude/skills/orchestrator/scripts');
