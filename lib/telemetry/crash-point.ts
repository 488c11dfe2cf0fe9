/**
 * Named seams between two writes. `SWITCHBOARD_CRASH_AT=claim:after-dispatch` kills the process there with SIGKILL,
 * so that a crash at each seam is a test and not a hope. Unset, it costs one comparison.
 */
const crashAt = process.env['SWITCHBOARD_CRASH_AT'];

export function crashPoint(seam: string): void {
  if (crashAt === seam) process.kill(process.pid, 'SIGKILL');
}
