import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Children must not outlive an orchestrator that is killed -9, which no handler of its own can see to. A small shell
 * waits at the other end of a pipe; the pipe closes when this process ends, however it ends, and the shell then stops
 * the process groups it still knows. It runs in a session of its own, out of reach of what is sent to our group.
 */
export const GUARD_SCRIPT = `
trap '' HUP INT TERM
live=
while read -r verb group; do
  case $verb in
    add) live="$live $group" ;;
    remove) kept=; for known in $live; do [ "$known" = "$group" ] || kept="$kept $known"; done; live=$kept ;;
  esac
done
[ -n "$live" ] || exit 0
for group in $live; do kill -s TERM -- "-$group" 2>/dev/null; done
sleep 3
for group in $live; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** Somebody who kills it on purpose again and again is not to be fought. */
const MAX_RESTARTS = 5;

export class OrphanGuard {
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;
  #restarts = 0;
  #stopped = false;

  start(): void {
    const shell = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    // It ends by itself when the pipe closes; it must not keep this process alive.
    shell.unref();
    shell.stdin?.on('error', () => undefined);
    shell.on('error', () => undefined);
    shell.once('exit', () => this.#onExit(shell));
    this.#shell = shell;
    for (const group of this.#groups) this.#tell('add', group);
  }

  add(group: number): void {
    this.#groups.add(group);
    this.#tell('add', group);
  }

  remove(group: number): void {
    this.#groups.delete(group);
    this.#tell('remove', group);
  }

  stop(): void {
    this.#stopped = true;
    this.#shell?.stdin?.end();
  }

  #tell(verb: 'add' | 'remove', group: number): void {
    this.#shell?.stdin?.write(`${verb} ${group}\n`);
  }

  #onExit(shell: ChildProcess): void {
    if (this.#stopped || this.#shell !== shell || this.#restarts >= MAX_RESTARTS) return;
    this.#restarts += 1;
    this.start();
  }
}
