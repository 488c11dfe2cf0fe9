// `is-listening.mjs <port> [path]`: the health checks of docker-compose.yml. With a path the answer has to be a good one;
// without, any answer shows that the process serves.
const [port, path] = process.argv.slice(2);
const TIMEOUT_MS = 4_000;

const response = await fetch(`http://127.0.0.1:${port}${path ?? '/'}`, {
  signal: AbortSignal.timeout(TIMEOUT_MS),
}).catch(() => null);
await response?.body?.cancel();
process.exit(response !== null && (path === undefined || response.ok) ? 0 : 1);
