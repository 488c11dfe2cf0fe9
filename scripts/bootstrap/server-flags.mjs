/**
 * What node is started with where it serves: web and, as its child, MCP; events processes. `package.json` and the
 * Dockerfile write it out, for a process cannot set it for itself; a test holds them to this list.
 *
 * The garbage collector marks old objects on four threads beside ours. On a small machine that took both cores from the
 * database for 60 to 100 ms at a time, and every claim of that moment waited (p99 at 200 a second: 72 ms, with one
 * thread 24). More room for old objects (`--initial-old-space-size`) marks more seldom, but a crowd of readers then
 * grows the process half as much again.
 */
export const SERVER_FLAGS = Object.freeze(['--v8-pool-size=1']);
