import { Agent, request, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { refuseForeignOrigin } from '../auth/hosts';
import { ControlPlaneError } from '../domain/errors';
import { refuseAtTheDoor, requestIdOf } from './admit';
import type { HttpDoor } from './door';
import { passedOn, type Headers } from './hop-by-hop';
import { requestOf } from './node-adapter';
import { MAX_BODY_BYTES } from './read-body';
import { refusal } from './respond';

export interface McpProxyLimits {
  /** Calls on their way at once; a waiting one counts. The MCP server has bounds of its own, per token too. */
  maxCalls: number;
  /** The MCP server answers within 50 s, and says that it lives every 15 s where an answer streams. */
  silentMs: number;
  /** A call that comes while the MCP server is being started waits for it this long: several times what a start takes. */
  startMs: number;
  /** Of those that wait for a start, which nobody has asked yet who they are. */
  maxWaiting: number;
}
const LIMITS: McpProxyLimits = { maxCalls: 2_500, silentMs: 70_000, startMs: 10_000, maxWaiting: 250 };

/** The MCP server as it is known here. */
export interface McpUpstream {
  port(): number;
  isListening(): boolean;
  /** Tells when it listens next, or that it will not any more; the answer takes it back. */
  onceListening(tell: (isListening: boolean) => void): () => void;
}

/** Below the MCP server's own: a connection it is just closing must not be taken for the next call. */
const KEEP_ALIVE_MS = 30_000;

/**
 * What was settled here. The MCP server sees a caller on loopback that is no browser; it takes bearer tokens alone, so a
 * cookie has nothing to do there.
 */
const SETTLED_HERE = ['host', 'origin', 'cookie', 'expect', 'forwarded'];
const isSettledHere = (name: string): boolean =>
  SETTLED_HERE.includes(name) || /^(?:x-forwarded-|sec-fetch-)/.test(name);

interface McpProxyOptions {
  door: HttpDoor;
  upstream: McpUpstream;
  limits?: Partial<McpProxyLimits>;
}

/**
 * Passes `/mcp` on to the MCP server, both ways as it streams, so that one URL serves remote clients. Host, Origin and
 * URL are checked here; who is calling is checked there, at every call.
 */
export function createMcpProxy({ door, upstream, limits: given }: McpProxyOptions) {
  const limits = { ...LIMITS, ...given };
  const agent = new Agent({ keepAlive: true, timeout: KEEP_ALIVE_MS, maxFreeSockets: 64 });
  let running = 0;
  let waiting = 0;
  return (req: IncomingMessage, res: ServerResponse): void => {
    const refuse = (error: unknown): void => answerRefusal(door, req, res, error);
    const pass = () => passOn({ req, res, agent, port: upstream.port(), silentMs: limits.silentMs, refuse });
    try {
      checkAtTheDoor(door, req);
      if (running >= limits.maxCalls) throw full(limits.maxCalls);
      if (!upstream.isListening() && waiting >= limits.maxWaiting) throw mcpAway(new Error('many wait for it'));
    } catch (error) {
      return refuse(error);
    }
    running += 1;
    res.once('close', () => {
      running -= 1;
    });
    if (upstream.isListening()) return pass();
    // Its body stays unread meanwhile.
    waiting += 1;
    waitForStart(upstream, limits.startMs, res, found => {
      waiting -= 1;
      if (found === 'up') pass();
      else if (found === 'away') refuse(mcpAway(new Error(`not listening within ${limits.startMs} ms`)));
    });
  };
}

/** Tells once: it listens, it does not in all that time, or the caller hung up. */
function waitForStart(
  upstream: McpUpstream,
  limitMs: number,
  res: ServerResponse,
  tell: (found: 'up' | 'away' | 'gone') => void,
): void {
  let takeBack: (() => void) | undefined;
  const settle = (found: 'up' | 'away' | 'gone'): void => {
    clearTimeout(timer);
    takeBack?.();
    res.off('close', hangUp);
    tell(found);
  };
  const hangUp = () => settle('gone');
  const timer = setTimeout(() => settle('away'), limitMs);
  res.once('close', hangUp);
  takeBack = upstream.onceListening(isListening => settle(isListening ? 'up' : 'away'));
}

interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  agent: Agent;
  port: number;
  silentMs: number;
  refuse: (error: unknown) => void;
}

function passOn({ req, res, agent, port, silentMs, refuse }: Call): void {
  const headers = headersOnward(req, port);
  const onward = request({ agent, host: '127.0.0.1', port, path: req.url, method: req.method, headers });
  onward.setTimeout(silentMs, () => onward.destroy(new Error('silent')));
  onward.on('error', error => refuse(mcpAway(error)));
  onward.on('response', answer => {
    res.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    // An event must not wait for the next one to fill a buffer.
    res.flushHeaders();
    pipeline(answer, res, () => undefined);
  });
  res.once('close', () => onward.destroy());
  passBody(req, onward, refuse);
}

/** By hand: a pipeline that stops half-way destroys its source, and with it the connection the refusal goes out on. */
function passBody(req: IncomingMessage, onward: ClientRequest, refuse: (error: unknown) => void): void {
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      req.off('data', onData).off('end', onEnd);
      refuse(tooLarge());
      onward.destroy();
    } else if (!onward.write(chunk)) req.pause();
  };
  const onEnd = () => onward.end();
  req.on('data', onData).once('end', onEnd);
  onward.on('drain', () => req.resume());
}

function checkAtTheDoor(door: HttpDoor, req: IncomingMessage): void {
  const arrival = requestOf(req, NEVER);
  refuseForeignOrigin(arrival.headers, refuseAtTheDoor(door, arrival));
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
}

/** Only the arrival is read here; the body goes on as it comes. */
const NEVER = new AbortController().signal;

function headersOnward(req: IncomingMessage, port: number): Headers {
  const headers = passedOn(req.headers, isSettledHere);
  // Node keeps the first of several and drops the others without a word; there they are all seen, and refused.
  const sent = req.headersDistinct['authorization'] ?? [];
  return { ...headers, ...(sent.length > 1 ? { authorization: sent.join(', ') } : {}), host: `127.0.0.1:${port}` };
}

function answerRefusal(door: HttpDoor, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  if (res.destroyed || res.writableEnded) return;
  if (res.headersSent) return void res.destroy();
  const { status, headers, body } = refusal(error, requestIdOf(requestOf(req, NEVER).headers), door.plane.log);
  // What still comes is thrown away: a socket closed with bytes unread is reset before its answer is read.
  req.resume();
  res.writeHead(status, { ...headers, ...(req.complete ? {} : { Connection: 'close' }) }).end(body ?? undefined);
}

const tooLarge = () =>
  new ControlPlaneError('too-large', `The body is over ${MAX_BODY_BYTES.toLocaleString('en')} bytes.`);

const full = (maxCalls: number) =>
  new ControlPlaneError('unavailable', `${maxCalls} calls are on their way to the MCP server; that is the limit.`, {
    retry: 'backoff',
    retryAfterMs: 2_000,
  });

const mcpAway = (cause: Error) =>
  new ControlPlaneError('unavailable', 'The MCP server does not answer; it is being started again.', {
    retry: 'backoff',
    retryAfterMs: 1_000,
    cause,
  });
