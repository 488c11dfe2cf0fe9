import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isSameProcess, processStartMark } from '../process-identity.mjs';

/** The process whose life is a session's; a number alone is given to others after its end. */
export interface Session {
  pid: number;
  startMark: string | null;
}

export interface Ancestor {
  pid: number;
  /** The program's own name, without path or arguments. */
  name: string;
}

const PS_TIMEOUT_MS = 2_000;
/** Deeper than any shell in a shell; it ends a loop that a lying process table could make. */
const MAX_DEPTH = 20;

/**
 * The process whose life is the session's: Claude Code, somewhere above this script. Where it has another name, the
 * parent of the shell that ran us: that shell itself mostly ends with the command.
 */
export function sessionPid(ancestors: readonly Ancestor[]): number {
  const claude = ancestors.find(({ name }) => name.startsWith('claude'));
  return (claude ?? ancestors[1] ?? ancestors[0])?.pid ?? process.ppid;
}

/** The session that runs this script; a host that is not Claude Code may say which process is meant. */
export function thisSession(env: Record<string, string | undefined> = process.env): Session {
  const told = Number(env['SWITCHBOARD_SESSION_PID']);
  const pid = Number.isInteger(told) && told > 1 ? told : sessionPid(ancestorsOf(process.pid));
  return processOf(pid);
}

export const processOf = (pid: number): Session => ({ pid, startMark: processStartMark(pid) });

export const isSameSession = (one: Session, other: Session): boolean =>
  one.pid === other.pid && one.startMark === other.startMark;

/** Undefined: a state file of an older version named none. */
export const isAlive = (session: Session | undefined): boolean =>
  session !== undefined && isSameProcess(session.pid, session.startMark);

/** From the parent upwards, without the process that reaps orphans. */
export function ancestorsOf(
  pid: number,
  lookUp: (pid: number) => { parent: number; name: string } | null = read,
): Ancestor[] {
  const ancestors: Ancestor[] = [];
  for (let next = lookUp(pid)?.parent ?? 0; next > 1 && ancestors.length < MAX_DEPTH;) {
    const found = lookUp(next);
    if (found === null) break;
    ancestors.push({ pid: next, name: found.name });
    next = found.parent;
  }
  return ancestors;
}

function read(pid: number): { parent: number; name: string } | null {
  try {
    return process.platform === 'linux' ? readProc(pid) : readPs(pid);
  } catch {
    return null;
  }
}

function readProc(pid: number): { parent: number; name: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const close = stat.lastIndexOf(')');
  return { name: stat.slice(stat.indexOf('(') + 1, close), parent: Number(stat.slice(close + 2).split(' ')[1]) };
}

function readPs(pid: number): { parent: number; name: string } {
  const row = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
    timeout: PS_TIMEOUT_MS,
  });
  const [, parent, command] = /^\s*(\d+)\s+(.*)$/.exec(row.trimEnd()) ?? [];
  return { parent: Number(parent), name: (command ?? '').split('/').at(-1) ?? '' };
}
