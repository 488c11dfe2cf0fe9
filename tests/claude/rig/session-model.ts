import { call, newTextOf, resultsOf, say, textOf, type Block, type ModelRequest, type Policy } from './model-server';

/** What an agent that a dispatch started does; it is asked again after each of its own calls, and when it is resumed. */
export type AgentScript = (turn: AgentTurn) => Block[] | Promise<Block[]>;

export interface AgentTurn {
  /** For the argument `dispatch` of every tool. */
  key: string;
  /** The prompt of the claim, and of each resume since. */
  said: string;
  isResumed: boolean;
  /** Of the calls it made just before. */
  results: string[];
  request: ModelRequest;
}

export interface SessionQuirks {
  /** Changes what a faithful session would do next. */
  bend?: (faithful: Block[], request: ModelRequest) => Block[];
  /** Of the Monitor call. */
  watchMs?: number;
  /** Of the client, and so of the scripts it runs. */
  env?: Record<string, string>;
}

interface Spawn {
  tool: 'Agent' | 'SendMessage';
  [argument: string]: unknown;
}
interface Claimed {
  id: string;
  prompt: string;
  spawn: Spawn;
}

const WATCH_MS = 600_000;
const HANDLES = '## Your handles';
const BRIEF_FILE = /Your whole brief is in the file (\S+)\. Read it/;

/** A model that follows SKILL.md to the letter, from what it is shown alone. */
export function sessionModel(scripts: () => string, agent: AgentScript, quirks: SessionQuirks = {}): Policy {
  return async request => {
    if (request.tools.length === 0) return [say('a title')];
    const first = textOf(request.messages[0]?.content);
    if (first.includes(HANDLES) || BRIEF_FILE.test(first)) return agentTurn(request, agent);
    const faithful = new Session(request, scripts(), quirks.watchMs ?? WATCH_MS).next();
    return quirks.bend?.(faithful, request) ?? faithful;
  };
}

async function agentTurn(request: ModelRequest, agent: AgentScript): Promise<Block[]> {
  const users = request.messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content));
  const said = users.filter(text => text.includes(HANDLES)).join('\n');
  // What was too long to be printed is kept in a file, and the prompt only says where.
  const file = BRIEF_FILE.exec(newTextOf(request))?.[1];
  if (file !== undefined) return [call('Read', { file_path: file })];
  const isBriefed = BRIEF_FILE.test(users[0] ?? '') && users.filter(text => text.includes(HANDLES)).length === 1;
  const keys = [...said.matchAll(/dk_[\w-]+/g)].map(([key]) => key);
  const isResumed = said.includes('## You are resumed');
  return agent({
    key: keys.at(-1) ?? '',
    said,
    isResumed,
    results: isBriefed ? resultsOf(request).filter(text => !text.includes(HANDLES)) : resultsOf(request),
    request,
  });
}

class Session {
  readonly #results: string[];
  readonly #last: string;

  constructor(
    private readonly request: ModelRequest,
    private readonly scripts: string,
    private readonly watchMs: number,
  ) {
    this.#results = resultsOf(request);
    this.#last = newTextOf(request);
  }

  /** Ends of agents come at any time, also behind what a tool answered. */
  next(): Block[] {
    const handIn = notificationsIn(this.#last)
      .filter(({ status }) => status === 'completed')
      .flatMap(({ dispatch }) => (dispatch ? [this.#done(dispatch)] : []));
    const then = this.#results.length > 0 ? this.#afterResults() : this.#afterWords();
    return handIn.length > 0 ? [...handIn, ...then.filter(({ type }) => type === 'tool_use')] : then;
  }

  #script = (name: string, rest = ''): Block =>
    call('Bash', { command: `node "${this.scripts}/${name}.mjs"${rest}`, description: name });
  #monitor = (): Block =>
    call('Monitor', {
      command: `node "${this.scripts}/watch.mjs"`,
      description: 'switchboard',
      timeout_ms: this.watchMs,
    });

  #afterWords(): Block[] {
    if (/Monitor expired|"state":"stopped"/.test(this.#last)) return [this.#monitor()];
    if (/"state":"replaced"/.test(this.#last)) return [say('noted')];
    if (/"do":"status"/.test(this.#last)) return [this.#script('status')];
    if (/"do":"next"|<status>completed/.test(this.#last)) return [this.#script('next')];
    if (/"state":"(?:offline|live)"/.test(this.#last)) return [say('noted')];
    return [this.#script('status')];
  }

  #done = (id: string): Block => this.#script('done', ` ${id}`);

  #afterResults(): Block[] {
    const printed = this.#results.flatMap(jsonIn);
    const stops = printed.flatMap(({ stop }) => (Array.isArray(stop) ? (stop as { id: string }[]) : []));
    const claimed = printed.flatMap(({ dispatches }) => (Array.isArray(dispatches) ? (dispatches as Claimed[]) : []));
    if (claimed.length > 0) return claimed.map(spawn);
    const owed = printed.flatMap(({ handIn }) => (Array.isArray(handIn) ? (handIn as { id: string }[]) : []));
    const ended = new Set(notificationsIn(this.#last).map(({ dispatch }) => dispatch));
    const forgotten = owed.filter(({ id }) => !ended.has(id));
    const strangers = this.#results.flatMap(result => this.#startStranger(result));
    if (strangers.length > 0) return strangers;
    if (forgotten.length > 0) return forgotten.map(({ id }) => this.#done(id));
    if (stops.length > 0) return stops.map(({ id }) => this.#script('fail', ` ${id} --error stopped`));
    const status = printed.find(one => 'consumer' in one && 'watch' in one);
    if (status && status['watch'] !== true) return [this.#monitor()];
    if (printed.some(one => 'dispatches' in one)) return [say('listening')];
    // Tried again at the next ring.
    if (printed.some(one => 'error' in one)) return [say('it failed')];
    return [this.#script('next')];
  }

  /** SendMessage found nobody of that name: the prompt holds all that an agent started anew needs. */
  #startStranger(result: string): Block[] {
    if (!/no (?:such )?(?:agent|teammate)|not found|No agent/i.test(result) || /"dispatches"/.test(result)) return [];
    const sent = this.request.messages
      .flatMap(({ content }) => (Array.isArray(content) ? content : []))
      .filter(({ type, name }) => type === 'tool_use' && name === 'SendMessage')
      .at(-1)?.input;
    if (!sent) return [];
    const id = /- dispatch: ([0-9a-f]{24})/.exec(String(sent['message']))?.[1] ?? String(sent['to']);
    return [startAgent({ name: id, description: 'resumed', run_in_background: true }, String(sent['message']))];
  }
}

const startAgent = (args: Record<string, unknown>, prompt: string): Block =>
  call('Agent', { subagent_type: 'switchboard-worker', ...args, prompt });

function spawn({ prompt, spawn: { tool, ...args } }: Claimed): Block {
  if (tool === 'SendMessage') return call('SendMessage', { ...args, summary: 'resume', message: prompt });
  return startAgent(args, prompt);
}

interface Notification {
  status: string;
  /** The agent's name, which is its dispatch. */
  dispatch: string | undefined;
}

function notificationsIn(text: string): Notification[] {
  return [...text.matchAll(/<task-notification>([\s\S]*?)<\/task-notification>/g)].map(([, body = '']) => ({
    status: /<status>([^<]*)<\/status>/.exec(body)?.[1] ?? '',
    dispatch: /[0-9a-f]{24}/.exec(body.replace(/<result>[\s\S]*<\/result>/, ''))?.[0],
  }));
}

function jsonIn(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap(line => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}
