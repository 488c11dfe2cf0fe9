/**
 * What node is started with where it serves: web and, as its child, MCP; events processes. `package.json` and the
 * Dockerfile write it out, for a process cannot set it for itself; a test holds them to this list.
 *
 * The garbage collector marks old objects on four threads beside ours. On a small machine that took both cores from the
 * database for 60 to 100 ms at a time, and every claim of that moment waited (p99 at 200 a second: 72 ms, now 15). One
 * thread leaves a core free; and with room from the beginning it marks once in half a minute instead of every few
 * seconds.
 */
export const SERVER_FLAGS = Object.freeze(['--v8-pool-size=1', '--initial-old-space-size=200']);
