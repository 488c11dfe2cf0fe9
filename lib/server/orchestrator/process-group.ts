/** The group is led by a process we started, so its id cannot mean somebody else while a member lives. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

export function isGroupAlive(leaderPid: number): boolean {
  try {
    process.kill(-leaderPid, 0);
    return true;
  } catch (error) {
    return !isGone(error);
  }
}

/** EPERM: only zombies, or a member that changed its user, are left; neither is ours to end. */
const isGone = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ESRCH' || code === 'EPERM';
};
