import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { steadyClock } from '@/lib/kernel/clock';
import { deferred } from '@/lib/kernel/deferred';
import type { Environment } from './child-environment';
import { LineSplitter, TailText, type OutputText } from './bounded-text';
import type { OrphanGuard } from './orphan-guard';
import { isGroupAlive, signalGroup } from './process-group';
import { Written } from './written';

export interface ChildSpec {
  /** For the shell; `args` are its "$@". */
  command: string;
  args: readonly string[];
  env: Environment;
  stdin: string;
  /** What is kept of its stdout. */
  output: OutputText;
}

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  /** The end of stderr; why it could not be started, when it could not. */
  errorTail: string;
  started: boolean;
}

export interface Child {
  readonly pid: number | undefined;
  /** On stdout and stderr together, so far. */
  readonly written: Written;
  /** The program came to its end, whether or not its output is read. */
  readonly hasExited: boolean;
  /** Never rejects. Resolves when the program ended and its output is read, not when its leftovers are gone. */
  readonly ended: Promise<ChildEnd>;
  /** Resolves when nothing of its process group is left. */
  readonly gone: Promise<void>;
  /** SIGTERM to the whole group, SIGKILL after `graceMs`. Safe to call again: the shorter grace wins. */
  stop(graceMs: number): void;
}

const MAX_TAIL_CHARACTERS = 4_000;
const MAX_LOG_LINE_CHARACTERS = 2_000;
/** Output still in the pipe after the program ended is there at once, unless something it left behind holds the pipe. */
const DRAIN_MS = 250;
/** What a program leaves behind gets this long to end by itself. */
const LEFTOVER_GRACE_MS = 1_000;

/**
 * The program runs only after a line on descriptor 3, which is written once the guard knows the group. Told after the
 * start instead, a kill -9 between the two left a program that nobody knew of, for good (1 in 1,600 test runs). Should
 * this process die before the line, the descriptor closes and nothing was run.
 */
const GATE_SCRIPT = 'read -r go <&3 && exec 3<&- && exec /bin/sh -c "$0" sh "$@"';

/**
 * One program in a process group of its own, so that stopping it reaches whatever it started. The guard kills the
 * group should this process die before it can. Throws when the machine has nothing left to start one with.
 */
export function startChild(spec: ChildSpec, guard: OrphanGuard, onErrorLine: (line: string) => void): Child {
  const child = spawn('/bin/sh', ['-c', GATE_SCRIPT, spec.command, ...spec.args], {
    // Next's types make NODE_ENV a must; a child's environment has no such rule.
    env: spec.env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  }) as Program;
  const { pid } = child;
  let hasExited = false;
  // Before anything can fail: an error that nobody listens for ends this process.
  const exited = waitForExit(child).finally(() => (hasExited = true));
  if (!hasPipes(child)) throw new Error('No program can be started: too many files are open');
  if (pid !== undefined) guard.add(pid);
  feed(child.stdio[3] as Writable, 'go\n');
  feed(child.stdin, spec.stdin);
  const errorTail = new TailText(MAX_TAIL_CHARACTERS);
  const written = new Written();
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => written.note(chunk));
  child.stdout.on('data', (chunk: Buffer) => spec.output.push(chunk));
  const errorLines = new LineSplitter(MAX_LOG_LINE_CHARACTERS, line => {
    errorTail.push(line);
    onErrorLine(line);
  });
  child.stderr.on('data', (chunk: Buffer) => errorLines.push(chunk));
  // Listened for from the start: it may come in the same breath as the exit.
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()));
  const ended = exited.then(async exit => {
    if (exit.started) await drained(child, closed);
    errorLines.end();
    return { ...exit, output: spec.output.finish(), errorTail: exit.failure ?? errorTail.text() };
  });
  const stopper = new GroupStopper(pid);
  const gone = ended.then(async () => {
    await stopper.clear();
    if (pid !== undefined) guard.remove(pid);
  });
  return {
    pid,
    written,
    get hasExited() {
      return hasExited;
    },
    ended,
    gone,
    stop: graceMs => stopper.stop(graceMs),
  };
}

type Program = ChildProcessByStdio<Writable, Readable, Readable>;

/** Out of descriptors Node answers before it makes any, whatever its types say. */
const hasPipes = (child: Partial<Program>): boolean => child.stdio !== undefined;

function feed(pipe: Writable, text: string): void {
  // A program that does not read its input closes the pipe: its right.
  pipe.on('error', () => undefined);
  pipe.end(text);
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  started: boolean;
  failure?: string;
}

const waitForExit = (child: Program): Promise<Exit> =>
  new Promise(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal, started: true }));
    child.once('error', error => {
      if (child.pid === undefined) resolve({ code: null, signal: null, started: false, failure: error.message });
    });
  });

/** Until both pipes are read to their end, or something left behind holds them open for too long. */
async function drained(child: Program, closed: Promise<void>): Promise<void> {
  const late = deferred<void>();
  const timer = setTimeout(late.resolve, DRAIN_MS);
  await Promise.race([closed, late.promise]);
  clearTimeout(timer);
  // Held up itself, this process hears of the time before it reads what came in time: pipes are read before this.
  await new Promise(resolve => setImmediate(resolve));
  child.stdout.destroy();
  child.stderr.destroy();
}

class GroupStopper {
  #killTimer: ReturnType<typeof setTimeout> | undefined;
  #killAtMs = Infinity;

  constructor(private readonly pid: number | undefined) {}

  stop(graceMs: number): void {
    const killAtMs = steadyClock.now() + graceMs;
    if (this.pid === undefined || killAtMs >= this.#killAtMs) return;
    this.#killAtMs = killAtMs;
    clearTimeout(this.#killTimer);
    signalGroup(this.pid, 'SIGTERM');
    this.#killTimer = setTimeout(() => this.#kill(), graceMs);
  }

  /** After the program's end: whatever it left in its group goes too. */
  async clear(): Promise<void> {
    if (this.pid === undefined) return;
    if (isGroupAlive(this.pid)) {
      this.stop(LEFTOVER_GRACE_MS);
      await groupGone(this.pid);
    }
    clearTimeout(this.#killTimer);
  }

  #kill(): void {
    if (this.pid !== undefined) signalGroup(this.pid, 'SIGKILL');
  }
}

const GROUP_POLL_MS = 25;
/** A process in an uninterruptible wait outlives SIGKILL; the guard still knows it. */
const GROUP_PATIENCE_MS = 10_000;

async function groupGone(pid: number): Promise<void> {
  const endMs = steadyClock.now() + GROUP_PATIENCE_MS;
  while (isGroupAlive(pid) && steadyClock.now() < endMs)
    await new Promise(resolve => setTimeout(resolve, GROUP_POLL_MS));
}
