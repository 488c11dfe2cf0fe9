/** Pids of all that the rig started and that still runs: none of it may outlive the run, however that ends. */
export const alive = new Set<number>();

let isArmed = false;

/** Whatever ends this process also ends what it started; a frozen process hears SIGKILL too. */
export function endWithUs(): void {
  if (isArmed) return;
  isArmed = true;
  process.once('exit', () => {
    for (const pid of alive) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  });
}
