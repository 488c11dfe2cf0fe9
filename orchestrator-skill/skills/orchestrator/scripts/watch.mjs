#!/usr/bin/env node
// Built by scripts/build-skill.mjs from lib/server/orchestrator-skill; do not edit.
// Holds eventsource-parser, MIT licence, © Espen Hovlandsdal.

// lib/kernel/deferred.ts
function deferred() {
  let resolve2;
  let reject;
  const promise = new Promise((res, rej) => {
    resolve2 = res;
    reject = rej;
  });
  return { promise, resolve: resolve2, reject };
}

// lib/kernel/clock.ts
var systemClock = {
  now: () => Date.now(),
  sleep: (delayMs, signal) => new Promise((resolve2) => {
    if (signal?.aborted) return resolve2();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve2();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener("abort", done, { once: true });
  })
};
var steadyClock = { ...systemClock, now: () => performance.now() };
var ageMs = (sinceMs, nowMs) => nowMs < sinceMs ? Number.POSITIVE_INFINITY : nowMs - sinceMs;
var SECOND_MS = 1e3;
var MINUTE_MS = 60 * SECOND_MS;
var HOUR_MS = 60 * MINUTE_MS;
var DAY_MS = 24 * HOUR_MS;

// lib/domain/redact.ts
var CREDENTIALS = [
  [
    /(?:\b|(?=swb_[a-z]+_(?:[0-9a-f]{8}|[0-9a-f]{24})_))(swb_[a-z]+_)([A-Za-z0-9]+_)?(?:\[redacted\]|[A-Za-z0-9_-]{8,})/g,
    "$1$2[redacted]"
  ],
  [/(?:\b|(?=dk_[0-9a-f]{24}_))(dk_)([0-9a-f]{24}_\d+_)?(?:\[redacted\]|[A-Za-z0-9_-]{8,})/g, "$1$2[redacted]"]
];
function redactSecrets(text2) {
  if (!text2.includes("swb_") && !text2.includes("dk_")) return text2;
  return CREDENTIALS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text2);
}

// lib/domain/errors.ts
var ERROR_CODES = [
  "malformed-request",
  "credential-in-url",
  "unauthenticated",
  "forbidden",
  "host-not-allowed",
  "origin-not-allowed",
  "not-found",
  "method-not-allowed",
  "conflict",
  "already-exists",
  "revision-conflict",
  "idempotency-conflict",
  "stale-epoch",
  "waiting",
  "not-waiting",
  "ask-cycle",
  "controller-exists",
  "topology-violation",
  "dispatch-key-required",
  "too-large",
  "unsupported-media-type",
  "validation-failed",
  "limit-exceeded",
  "history-lost",
  "unavailable",
  "internal"
];
var redacted = ({ path, message }) => ({
  path: redactSecrets(path),
  message: redactSecrets(message)
});
var ControlPlaneError = class extends Error {
  name = "ControlPlaneError";
  code;
  errors;
  details;
  retry;
  retryAfterMs;
  constructor(code, message, options = {}) {
    super(redactSecrets(message), options.cause === void 0 ? void 0 : { cause: options.cause });
    this.code = code;
    this.errors = options.errors?.map(redacted);
    this.details = options.details;
    this.retry = options.retry ?? "never";
    this.retryAfterMs = options.retryAfterMs;
  }
};
var isControlPlaneError = (error, code) => error instanceof ControlPlaneError && (code === void 0 || error.code === code);

// lib/sdk/acker.ts
var ACK_INTERVAL_MS = 2e3;
function createAcker({ calls, consumer, onProblem, intervalMs = ACK_INTERVAL_MS }) {
  let noted = null;
  let timer;
  let sending = Promise.resolve();
  const stopping = new AbortController();
  const send2 = async () => {
    clearTimeout(timer);
    timer = void 0;
    const position = noted;
    noted = null;
    if (position === null) return;
    try {
      await calls.ack(consumer, position, { signal: stopping.signal });
    } catch (error) {
      if (!isControlPlaneError(error, "validation-failed")) noted ??= position;
      onProblem?.(error);
    }
  };
  const flush = () => sending = sending.then(send2);
  return {
    note: (position) => {
      noted = position;
      timer ??= setTimeout(() => void flush(), intervalMs);
    },
    flush,
    stop: () => {
      clearTimeout(timer);
      stopping.abort();
    }
  };
}

// lib/sdk/live-state.ts
var to = (state, action) => ({ state, action });
var LIVE_TRANSITIONS = {
  connecting: {
    opened: to("live", "none"),
    lost: to("reconnecting", "pause"),
    overdue: to("offline", "none"),
    refused: to("unauthenticated", "park"),
    retry: to("connecting", "connect")
  },
  live: {
    opened: to("live", "none"),
    lost: to("reconnecting", "pause"),
    // A timer that fired while the stream was being opened: it is open.
    overdue: to("live", "none"),
    refused: to("unauthenticated", "park"),
    retry: to("live", "none")
  },
  reconnecting: {
    opened: to("live", "none"),
    lost: to("reconnecting", "pause"),
    overdue: to("offline", "none"),
    refused: to("unauthenticated", "park"),
    retry: to("reconnecting", "connect")
  },
  offline: {
    opened: to("live", "none"),
    lost: to("offline", "pause"),
    overdue: to("offline", "none"),
    refused: to("unauthenticated", "park"),
    retry: to("offline", "connect")
  },
  unauthenticated: {
    opened: to("live", "none"),
    lost: to("unauthenticated", "park"),
    overdue: to("unauthenticated", "none"),
    refused: to("unauthenticated", "park"),
    retry: to("connecting", "connect")
  }
};
var nextLiveState = (state, event) => LIVE_TRANSITIONS[state][event];

// lib/sdk/query.ts
function queryString(query = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === void 0 || value === null) continue;
    const text3 = Array.isArray(value) ? value.join(",") : String(value);
    if (text3 !== "") params.set(name, text3);
  }
  const text2 = params.toString();
  return text2 === "" ? "" : `?${text2}`;
}
var segment = (value) => encodeURIComponent(value);

// lib/sdk/reconnect-delay.ts
var DEFAULT_RETRY_MS = 1e3;
var BASE_MS = 500;
var MAX_JITTER_MS = 15e3;
var MAX_FLOOR_MS = 6e4;
function reconnectDelayMs({ attempt, retryMs, retryAfterMs: retryAfterMs2 }, random) {
  const floorMs = Math.min(MAX_FLOOR_MS, Math.max(retryMs ?? DEFAULT_RETRY_MS, retryAfterMs2 ?? 0));
  const rangeMs = Math.min(MAX_JITTER_MS, BASE_MS * 2 ** Math.min(attempt, 30));
  return Math.round(floorMs + random() * rangeMs);
}

// node_modules/eventsource-parser/dist/index.js
var ParseError = class extends Error {
  constructor(message, options) {
    super(message), this.name = "ParseError", this.type = options.type, this.field = options.field, this.value = options.value, this.line = options.line;
  }
};
var LF = 10;
var CR = 13;
var SPACE = 32;
function noop(_arg) {
}
function createParser(config) {
  if (typeof config == "function")
    throw new TypeError(
      "`config` must be an object, got a function instead. Did you mean `createParser({onEvent: fn})`?"
    );
  const { onEvent = noop, onError = noop, onRetry = noop, onComment, maxBufferSize } = config, pendingFragments = [];
  let pendingFragmentsLength = 0, isFirstChunk = true, id, data = "", dataLines = 0, eventType, terminated = false;
  function feed(chunk) {
    if (terminated)
      throw new Error(
        "Cannot feed parser: it was terminated after exceeding the configured max buffer size. Call `reset()` to resume parsing."
      );
    if (isFirstChunk && (isFirstChunk = false, chunk.charCodeAt(0) === 239 && chunk.charCodeAt(1) === 187 && chunk.charCodeAt(2) === 191 && (chunk = chunk.slice(3))), pendingFragments.length === 0) {
      const trailing2 = processLines(chunk);
      trailing2 !== "" && (pendingFragments.push(trailing2), pendingFragmentsLength = trailing2.length), checkBufferSize();
      return;
    }
    if (chunk.indexOf(`
`) === -1 && chunk.indexOf("\r") === -1) {
      pendingFragments.push(chunk), pendingFragmentsLength += chunk.length, checkBufferSize();
      return;
    }
    pendingFragments.push(chunk);
    const input = pendingFragments.join("");
    pendingFragments.length = 0, pendingFragmentsLength = 0;
    const trailing = processLines(input);
    trailing !== "" && (pendingFragments.push(trailing), pendingFragmentsLength = trailing.length), checkBufferSize();
  }
  function checkBufferSize() {
    maxBufferSize !== void 0 && (pendingFragmentsLength + data.length <= maxBufferSize || (terminated = true, pendingFragments.length = 0, pendingFragmentsLength = 0, id = void 0, data = "", dataLines = 0, eventType = void 0, onError(
      new ParseError(`Buffered data exceeded max buffer size of ${maxBufferSize} characters`, {
        type: "max-buffer-size-exceeded"
      })
    )));
  }
  function processLines(chunk) {
    let searchIndex = 0;
    if (chunk.indexOf("\r") === -1) {
      let lfIndex = chunk.indexOf(`
`, searchIndex);
      for (; lfIndex !== -1; ) {
        if (searchIndex === lfIndex) {
          dataLines > 0 && onEvent({ id, event: eventType, data }), id = void 0, data = "", dataLines = 0, eventType = void 0, searchIndex = lfIndex + 1, lfIndex = chunk.indexOf(`
`, searchIndex);
          continue;
        }
        const firstCharCode = chunk.charCodeAt(searchIndex);
        if (isDataPrefix(chunk, searchIndex, firstCharCode)) {
          const valueStart = chunk.charCodeAt(searchIndex + 5) === SPACE ? searchIndex + 6 : searchIndex + 5, value = chunk.slice(valueStart, lfIndex);
          if (dataLines === 0 && chunk.charCodeAt(lfIndex + 1) === LF) {
            onEvent({ id, event: eventType, data: value }), id = void 0, data = "", eventType = void 0, searchIndex = lfIndex + 2, lfIndex = chunk.indexOf(`
`, searchIndex);
            continue;
          }
          data = dataLines === 0 ? value : `${data}
${value}`, dataLines++;
        } else isEventPrefix(chunk, searchIndex, firstCharCode) ? eventType = chunk.slice(
          chunk.charCodeAt(searchIndex + 6) === SPACE ? searchIndex + 7 : searchIndex + 6,
          lfIndex
        ) || void 0 : parseLine(chunk, searchIndex, lfIndex);
        searchIndex = lfIndex + 1, lfIndex = chunk.indexOf(`
`, searchIndex);
      }
      return chunk.slice(searchIndex);
    }
    for (; searchIndex < chunk.length; ) {
      const crIndex = chunk.indexOf("\r", searchIndex), lfIndex = chunk.indexOf(`
`, searchIndex);
      let lineEnd = -1;
      if (crIndex !== -1 && lfIndex !== -1 ? lineEnd = crIndex < lfIndex ? crIndex : lfIndex : crIndex !== -1 ? crIndex === chunk.length - 1 ? lineEnd = -1 : lineEnd = crIndex : lfIndex !== -1 && (lineEnd = lfIndex), lineEnd === -1)
        break;
      parseLine(chunk, searchIndex, lineEnd), searchIndex = lineEnd + 1, chunk.charCodeAt(searchIndex - 1) === CR && chunk.charCodeAt(searchIndex) === LF && searchIndex++;
    }
    return chunk.slice(searchIndex);
  }
  function parseLine(chunk, start, end) {
    if (start === end) {
      dispatchEvent();
      return;
    }
    const firstCharCode = chunk.charCodeAt(start);
    if (isDataPrefix(chunk, start, firstCharCode)) {
      const valueStart = chunk.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, value2 = chunk.slice(valueStart, end);
      data = dataLines === 0 ? value2 : `${data}
${value2}`, dataLines++;
      return;
    }
    if (isEventPrefix(chunk, start, firstCharCode)) {
      eventType = chunk.slice(chunk.charCodeAt(start + 6) === SPACE ? start + 7 : start + 6, end) || void 0;
      return;
    }
    if (firstCharCode === 105 && chunk.charCodeAt(start + 1) === 100 && chunk.charCodeAt(start + 2) === 58) {
      const value2 = chunk.slice(chunk.charCodeAt(start + 3) === SPACE ? start + 4 : start + 3, end);
      value2.includes("\0") || (id = value2);
      return;
    }
    if (firstCharCode === 58) {
      if (onComment) {
        const line2 = chunk.slice(start, end);
        onComment(line2.slice(chunk.charCodeAt(start + 1) === SPACE ? 2 : 1));
      }
      return;
    }
    const line = chunk.slice(start, end), fieldSeparatorIndex = line.indexOf(":");
    if (fieldSeparatorIndex === -1) {
      processField(line, "", line);
      return;
    }
    const field = line.slice(0, fieldSeparatorIndex), offset = line.charCodeAt(fieldSeparatorIndex + 1) === SPACE ? 2 : 1, value = line.slice(fieldSeparatorIndex + offset);
    processField(field, value, line);
  }
  function processField(field, value, line) {
    switch (field) {
      case "event":
        eventType = value || void 0;
        break;
      case "data":
        data = dataLines === 0 ? value : `${data}
${value}`, dataLines++;
        break;
      case "id":
        value.includes("\0") || (id = value);
        break;
      case "retry":
        /^\d+$/.test(value) ? onRetry(parseInt(value, 10)) : onError(
          new ParseError(`Invalid \`retry\` value: "${value}"`, {
            type: "invalid-retry",
            value,
            line
          })
        );
        break;
      default:
        onError(
          new ParseError(
            `Unknown field "${field.length > 20 ? `${field.slice(0, 20)}…` : field}"`,
            { type: "unknown-field", field, value, line }
          )
        );
        break;
    }
  }
  function dispatchEvent() {
    dataLines > 0 && onEvent({
      id,
      event: eventType,
      data
    }), id = void 0, data = "", dataLines = 0, eventType = void 0;
  }
  function reset(options = {}) {
    if (options.consume && pendingFragments.length > 0) {
      const incompleteLine = pendingFragments.join("");
      parseLine(incompleteLine, 0, incompleteLine.length);
    }
    isFirstChunk = true, id = void 0, data = "", dataLines = 0, eventType = void 0, pendingFragments.length = 0, pendingFragmentsLength = 0, terminated = false;
  }
  return { feed, reset };
}
function isDataPrefix(chunk, i, firstCharCode) {
  return firstCharCode === 100 && chunk.charCodeAt(i + 1) === 97 && chunk.charCodeAt(i + 2) === 116 && chunk.charCodeAt(i + 3) === 97 && chunk.charCodeAt(i + 4) === 58;
}
function isEventPrefix(chunk, i, firstCharCode) {
  return firstCharCode === 101 && chunk.charCodeAt(i + 1) === 118 && chunk.charCodeAt(i + 2) === 101 && chunk.charCodeAt(i + 3) === 110 && chunk.charCodeAt(i + 4) === 116 && chunk.charCodeAt(i + 5) === 58;
}

// lib/sdk/deadline.ts
function startDeadline(firstLimitMs, caller) {
  const controller = new AbortController();
  let late = false;
  let limitMs = firstLimitMs;
  const expire = () => {
    late = true;
    controller.abort(new DOMException(`No answer in ${limitMs} ms`, "TimeoutError"));
  };
  let timer = setTimeout(expire, limitMs);
  const onAbort = () => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  caller?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => late,
    restart: (nextLimitMs) => {
      limitMs = nextLimitMs;
      clearTimeout(timer);
      timer = setTimeout(expire, limitMs);
    },
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", onAbort);
    }
  };
}

// lib/sdk/read-body.ts
async function* bodyChunks(response, signal) {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel(signal.reason).catch(() => void 0);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    signal.throwIfAborted();
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", cancel);
    await reader.cancel().catch(() => void 0);
  }
}
async function bodyText(response, signal) {
  const decoder = new TextDecoder();
  let text2 = "";
  for await (const chunk of bodyChunks(response, signal)) text2 += decoder.decode(chunk, { stream: true });
  return text2 + decoder.decode();
}

// lib/sdk/retry-after.ts
function retryAfterMs(header, nowMs) {
  if (header === null) return void 0;
  const text2 = header.trim();
  if (/^\d{1,9}$/.test(text2)) return Number(text2) * 1e3;
  const at = Date.parse(text2);
  return Number.isNaN(at) ? void 0 : Math.max(0, at - nowMs);
}

// lib/sdk/problem.ts
var CODE_OF_STATUS = {
  400: "malformed-request",
  401: "unauthenticated",
  403: "forbidden",
  404: "not-found",
  405: "method-not-allowed",
  408: "unavailable",
  409: "conflict",
  410: "history-lost",
  413: "too-large",
  415: "unsupported-media-type",
  422: "validation-failed",
  429: "limit-exceeded"
};
var PASSING_STATUSES = /* @__PURE__ */ new Set([408, 429, 502, 503, 504]);
var MAX_DETAIL_CHARACTERS = 300;
var isErrorCode = (value) => ERROR_CODES.includes(value);
async function errorFromResponse(response, signal) {
  const text2 = await bodyText(response, signal).catch(() => "");
  const body = parseObject(text2);
  const { status } = response;
  const told = isErrorCode(body["code"]) ? body["code"] : null;
  const isProxys = told === null && status >= 500;
  const code = told ?? (isProxys ? "unavailable" : CODE_OF_STATUS[status] ?? "internal");
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now());
  const { type: _type, title: _title, status: _status, code: _code, detail, errors, ...rest } = body;
  return new ControlPlaneError(code, detailOf(detail, text2, status), {
    retry: PASSING_STATUSES.has(status) || isProxys ? "backoff" : "never",
    details: { ...rest, status },
    ...isFieldErrors(errors) ? { errors } : {},
    ...waitMs === void 0 ? {} : { retryAfterMs: waitMs }
  });
}
var unreachable = (url, why, cause) => new ControlPlaneError("unavailable", `No answer from ${originOf(url)}: ${why}`, {
  retry: "backoff",
  details: { network: true },
  cause
});
function detailOf(detail, text2, status) {
  if (typeof detail === "string" && detail !== "") return detail;
  const beginning = text2.slice(0, MAX_DETAIL_CHARACTERS).trim();
  return beginning === "" ? `The server answered ${status}.` : `The server answered ${status}: ${beginning}`;
}
function parseObject(text2) {
  try {
    const value = JSON.parse(text2);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
var isFieldErrors = (value) => Array.isArray(value) && value.every((item) => typeof item?.path === "string" && typeof item?.message === "string");
function originOf(url) {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.exec(url)?.[0] ?? "the server";
}

// lib/kernel/backoff.ts
function backoffMs(attempt, { baseMs, maxMs, random = Math.random }) {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + random() / 2));
}

// lib/sdk/retry.ts
var MAX_TRIES = 4;
var BASE_MS2 = 200;
var MAX_MS = 2e3;
var LONGEST_RETRY_AFTER_MS = 1e4;
async function retryWhileSafe(call, { clock, random }, signal) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isControlPlaneError(error) || error.retry === "never" || attempt + 1 >= MAX_TRIES) throw error;
      const askedMs = error.retryAfterMs ?? 0;
      if (askedMs > LONGEST_RETRY_AFTER_MS) throw error;
      await clock.sleep(Math.max(askedMs, backoffMs(attempt, { baseMs: BASE_MS2, maxMs: MAX_MS, random })), signal);
      if (signal?.aborted) throw error;
    }
  }
}

// lib/sdk/client.ts
var DEFAULT_TIMEOUT_MS = 15e3;
function createClient(options) {
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const retry = { clock: options.clock ?? systemClock, random: options.random ?? Math.random };
  const call = async (method, path, write, body) => {
    const once = () => send({ ...options, baseUrl }, method, path, write, body);
    const repeatable = method === "GET" || write.idempotent === true || write.idempotencyKey !== void 0;
    return repeatable ? retryWhileSafe(once, retry, write.signal) : once();
  };
  return {
    baseUrl,
    get: async (path, use = {}) => (await call("GET", path, use)).data,
    read: (path, use = {}) => call("GET", path, use),
    post: async (path, body, use = {}) => (await call("POST", path, use, body ?? {})).data,
    patch: async (path, body, use = {}) => (await call("PATCH", path, use, body)).data,
    delete: async (path, use = {}) => (await call("DELETE", path, use)).data
  };
}
async function send(client, method, path, use, body) {
  const url = `${client.baseUrl}${path}${queryString(use.query)}`;
  const limitMs = use.timeoutMs ?? client.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = startDeadline(limitMs, use.signal);
  try {
    const response = await (client.fetch ?? globalThis.fetch)(url, {
      method,
      headers: headersOf(client.token, use, body !== void 0),
      signal: deadline.signal,
      // A redirect would carry the token to wherever it points; the API never sends one.
      redirect: "error",
      cache: "no-store",
      ...body === void 0 ? {} : { body: use.contentType === void 0 ? JSON.stringify(body) : String(body) }
    });
    if (!response.ok) throw await errorFromResponse(response, deadline.signal);
    return { data: await readBody(response, deadline.signal), cursor: response.headers.get("x-event-cursor") };
  } catch (error) {
    if (error instanceof ControlPlaneError) throw error;
    if (deadline.expired()) throw unreachable(url, `nothing in ${limitMs} ms`, error);
    if (use.signal?.aborted) throw error;
    throw unreachable(url, causeText(error), error);
  } finally {
    deadline.clear();
  }
}
function headersOf(token, use, hasBody) {
  return {
    accept: "application/json",
    ...hasBody ? { "content-type": use.contentType ?? "application/json" } : {},
    ...token === void 0 ? {} : { authorization: `Bearer ${token}` },
    ...use.idempotencyKey === void 0 ? {} : { "idempotency-key": use.idempotencyKey },
    ...use.headers
  };
}
async function readBody(response, signal) {
  const text2 = await bodyText(response, signal);
  if (text2 === "") return void 0;
  if (!(response.headers.get("content-type") ?? "").includes("json")) return text2;
  return JSON.parse(text2);
}
function causeText(error) {
  if (!(error instanceof Error)) return String(error);
  const code = error.cause?.code;
  return typeof code === "string" ? code : error.message;
}

// lib/sdk/stream-event.ts
function readFrame(type, id, data) {
  const position = id === void 0 || id === "" ? null : id;
  const body = parseObject2(data);
  if (position === null) return { kind: "unreadable", position, why: `a ${type ?? "message"} frame without an id` };
  if (type === "checkpoint") return { kind: "checkpoint", position };
  if (body === null)
    return { kind: "unreadable", position, why: `a ${type ?? "message"} frame whose data is no JSON object` };
  if (type === "reset") {
    const reason = typeof body["reason"] === "string" ? body["reason"] : "history-lost";
    return { kind: "reset", position, reset: { reason, cursor: position } };
  }
  if (type === void 0) return { kind: "unreadable", position, why: "a frame without an event type" };
  return { kind: "event", event: { position, type, data: body } };
}
function parseObject2(text2) {
  try {
    const value = JSON.parse(text2);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

// lib/sdk/stream-connection.ts
var MAX_FRAME_CHARACTERS = 1048576;
async function runConnection(request, handlers) {
  const deadline = startDeadline(request.connectMs, request.signal);
  let opened = false;
  try {
    const response = await open(request, deadline.signal);
    opened = true;
    deadline.restart(request.silenceMs);
    handlers.onOpen(response.headers.get("x-event-cursor"));
    await readAll(response, deadline.signal, () => deadline.restart(request.silenceMs), handlers);
  } catch (error) {
    if (request.signal.aborted) return;
    if (error instanceof ControlPlaneError) throw error;
    const silent = opened ? `not a byte in ${request.silenceMs} ms` : `no stream in ${request.connectMs} ms`;
    throw unreachable(request.url, deadline.expired() ? silent : causeText(error), error);
  } finally {
    deadline.clear();
  }
}
async function open({ url, token, lastEventId, fetch }, signal) {
  const response = await fetch(url, {
    headers: {
      accept: "text/event-stream",
      ...token === void 0 ? {} : { authorization: `Bearer ${token}` },
      ...lastEventId === null ? {} : { "last-event-id": lastEventId }
    },
    signal,
    redirect: "error",
    cache: "no-store"
  });
  if (!response.ok) throw await errorFromResponse(response, signal);
  const type = response.headers.get("content-type") ?? "nothing";
  if (response.status === 200 && type.startsWith("text/event-stream") && response.body !== null) return response;
  void response.body?.cancel();
  throw unreachable(url, `${response.status} with ${type} instead of text/event-stream`);
}
async function readAll(response, signal, onByte, handlers) {
  const parser = createParser({
    maxBufferSize: MAX_FRAME_CHARACTERS,
    onEvent: ({ event, id, data }) => handlers.onFrame(readFrame(event, id, data)),
    onRetry: handlers.onRetry,
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw error;
    }
  });
  const decoder = new TextDecoder();
  for await (const chunk of bodyChunks(response, signal)) {
    onByte();
    parser.feed(decoder.decode(chunk, { stream: true }));
  }
}

// lib/sdk/event-stream.ts
var STREAM_LIMITS = { connectMs: 1e4, silenceMs: 4e4, offlineAfterMs: 15e3 };
var STABLE_AFTER_MS = 5e3;
function openEventStream(options) {
  return new LiveStream(options);
}
var LiveStream = class {
  state = "connecting";
  position;
  #options;
  #limits;
  #clock;
  #finished;
  #stopped = false;
  /** Ends the present connection. */
  #connection = new AbortController();
  /** What the last `Retry-After` asked for. */
  #notBeforeMs = 0;
  #attempt = 0;
  #retryMs = null;
  #openedAtMs = null;
  /** Ends the present pause, or the one after the try under way. */
  #wake = new AbortController();
  #overdueTimer;
  constructor(options) {
    this.#options = options;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
    this.#clock = options.clock ?? steadyClock;
    this.position = options.after ?? null;
    this.#watchForOverdue();
    this.#finished = this.#run();
  }
  retry() {
    if (this.state !== "live") this.#skipPause();
  }
  renew() {
    this.#skipPause();
    this.#connection.abort();
  }
  async stop() {
    clearTimeout(this.#overdueTimer);
    this.#stopped = true;
    this.#connection.abort();
    this.#wake.abort();
    await this.#finished;
  }
  async #run() {
    await Promise.resolve();
    while (!this.#stopped) {
      this.#openedAtMs = null;
      this.#wake = new AbortController();
      const error = await this.#connect();
      if (this.#stopped) return;
      if (this.#openedAtMs !== null && this.#clock.now() - this.#openedAtMs >= STABLE_AFTER_MS) this.#attempt = 0;
      if (error !== null) this.#options.onProblem?.(error);
      const action = this.#apply(isRefusal(error) ? "refused" : "lost", error);
      await this.#pause(action === "park" ? null : this.#delayMs(error));
      if (this.#stopped) return;
      this.#apply("retry", null);
    }
  }
  /** Resolves with what ended it; null when the server ended the stream in good order. */
  async #connect() {
    const { baseUrl, token, filter = {}, consumer } = this.#options;
    const query = queryString({ ...filter, consumer });
    this.#connection = new AbortController();
    try {
      await runConnection(
        {
          url: `${baseUrl.replace(/\/+$/, "")}/api/events${query}`,
          token,
          lastEventId: this.position,
          signal: this.#connection.signal,
          fetch: this.#options.fetch ?? globalThis.fetch.bind(globalThis),
          connectMs: this.#limits.connectMs,
          silenceMs: this.#limits.silenceMs
        },
        {
          onOpen: (cursor) => {
            if (!this.#connection.signal.aborted) this.#wake = new AbortController();
            this.position ??= cursor;
            this.#openedAtMs = this.#clock.now();
            this.#apply("opened", null);
          },
          onFrame: (frame) => this.#receive(frame),
          onRetry: (retryMs) => {
            this.#retryMs = retryMs;
          }
        }
      );
      return null;
    } catch (error) {
      return error instanceof ControlPlaneError ? error : new ControlPlaneError("internal", String(error), { cause: error });
    }
  }
  #receive(frame) {
    if (this.#stopped) return;
    if (frame.kind === "event") this.#call(() => this.#options.onEvent(frame.event));
    if (frame.kind === "reset") this.#call(() => this.#options.onReset?.(frame.reset));
    if (frame.kind === "unreadable") this.#options.onProblem?.(new Error(`Skipped ${frame.why}`));
    const position = frame.kind === "event" ? frame.event.position : frame.position;
    if (position === null || this.#stopped) return;
    this.position = position;
    this.#call(() => this.#options.onPosition?.(position));
  }
  /** A handler's fault must not end the stream, nor make it replay the same event for ever. */
  #call(handler) {
    try {
      handler();
    } catch (problem) {
      this.#options.onProblem?.(problem);
    }
  }
  #apply(event, error) {
    const before = this.state;
    const { state, action } = nextLiveState(before, event);
    this.state = state;
    if (state === "live") clearTimeout(this.#overdueTimer);
    if (before === state || this.#stopped) return action;
    if (before === "live" || state === "connecting") this.#watchForOverdue();
    this.#call(() => this.#options.onState?.(state, error));
    return action;
  }
  #watchForOverdue() {
    clearTimeout(this.#overdueTimer);
    this.#overdueTimer = setTimeout(() => this.#apply("overdue", null), this.#limits.offlineAfterMs);
  }
  #delayMs(error) {
    const random = this.#options.random ?? Math.random;
    const delayMs = reconnectDelayMs(
      { attempt: this.#attempt, retryMs: this.#retryMs, retryAfterMs: error?.retryAfterMs },
      random
    );
    this.#attempt += 1;
    this.#notBeforeMs = this.#clock.now() + Math.min(delayMs, error?.retryAfterMs ?? 0);
    return delayMs;
  }
  #skipPause() {
    if (this.#clock.now() >= this.#notBeforeMs) this.#wake.abort();
  }
  /** null: until somebody asks. */
  async #pause(delayMs) {
    if (this.#clock.now() < this.#notBeforeMs) this.#wake = new AbortController();
    const { signal } = this.#wake;
    if (this.#stopped || signal.aborted) return;
    if (delayMs !== null) return this.#clock.sleep(delayMs, signal);
    await new Promise((resolve2) => signal.addEventListener("abort", () => resolve2(), { once: true }));
  }
};
var isRefusal = (error) => {
  const status = error?.details?.["status"];
  return status === 401 || status === 403;
};

// lib/server/orchestrator/wake.ts
var WAKE_TYPES = [
  "message-created",
  "message-updated",
  "task-created",
  "task-updated",
  "dispatch-updated",
  "agent-type-created",
  "agent-type-updated"
];
var ECHOES = {
  "message-updated": ["claimed", "waiting", "done", "dead", "cancelled"],
  "task-updated": ["running", "waiting", "done", "incomplete", "dead", "cancelled"],
  "dispatch-updated": ["running", "cancelling"]
};
function isWake(event, agentTypes) {
  const { status, assignedTo } = event.data;
  if (typeof status === "string" && ECHOES[event.type]?.includes(status)) return false;
  const isWork = event.type === "message-created" || event.type === "task-created";
  if (!isWork) return true;
  if (typeof assignedTo !== "string") return false;
  return agentTypes === void 0 || agentTypes.includes(assignedTo);
}

// lib/server/file-lock.mjs
import { mkdirSync, readFileSync as readFileSync2, readdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// lib/server/process-identity.mjs
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
var START_TIME_INDEX_AFTER_NAME = 19;
var THREADS_INDEX_AFTER_NAME = 17;
var STATE_INDEX_AFTER_NAME = 0;
var PS_TIMEOUT_MS = 2e3;
function isProcessAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const stat = readProcStat(pid);
  return stat?.[STATE_INDEX_AFTER_NAME] !== "Z" || Number(stat[THREADS_INDEX_AFTER_NAME]) > 1;
}
function processStartMark(pid) {
  const stat = readProcStat(pid);
  if (stat) return `${bootId()}:${stat[START_TIME_INDEX_AFTER_NAME]}`;
  if (process.platform === "linux" || process.platform === "win32") return null;
  try {
    const options = { encoding: "utf8", timeout: PS_TIMEOUT_MS, stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}
function isSameProcess(pid, startMark) {
  if (!isProcessAlive(pid)) return false;
  const current = processStartMark(pid);
  return startMark === null || current === null || current === startMark;
}
function readProcStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
function bootId() {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "boot";
  }
}

// lib/server/file-lock.mjs
var UNWRITTEN_GRACE_MS = 2e3;
var MAX_TRIES2 = 10;
function acquireFileLock(folder, name) {
  mkdirSync(folder, { recursive: true });
  for (let attempt = 0; attempt < MAX_TRIES2; attempt += 1) {
    const highest = generations(folder, name)[0];
    if (highest !== void 0) {
      const state = holderOf(folder, name, highest);
      if (state === "vanished") continue;
      if (state !== "dead") return { acquired: false, holder: state === "unwritten" ? null : state };
    }
    const mine = (highest ?? 0) + 1;
    if (!create(folder, name, mine)) continue;
    const overtaken = generations(folder, name).some((generation) => generation > mine);
    if (overtaken) {
      remove(folder, name, mine);
      continue;
    }
    for (const older of generations(folder, name).filter((generation) => generation < mine)) remove(folder, name, older);
    return { acquired: true, release: () => remove(folder, name, mine) };
  }
  throw new Error(`The lock '${name}' in ${folder} changes hands faster than it can be read`);
}
function lockHolder(folder, name) {
  let highest;
  try {
    highest = generations(folder, name)[0];
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
  const state = highest === void 0 ? "dead" : holderOf(folder, name, highest);
  return typeof state === "object" ? state : null;
}
var pathOf = (folder, name, generation) => join(folder, `${name}.${generation}.lock`);
function generations(folder, name) {
  const pattern = new RegExp(`^${name.replaceAll(".", "\\.")}\\.(\\d+)\\.lock$`);
  return readdirSync(folder).flatMap((file) => pattern.exec(file)?.[1] ?? []).map(Number).toSorted((left, right) => right - left);
}
function create(folder, name, generation) {
  const holder = { pid: process.pid, startMark: processStartMark(process.pid), since: (/* @__PURE__ */ new Date()).toISOString() };
  try {
    writeFileSync(pathOf(folder, name, generation), `${JSON.stringify(holder)}
`, { flag: "wx", mode: 384 });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}
function holderOf(folder, name, generation) {
  const path = pathOf(folder, name, generation);
  try {
    const text2 = readFileSync2(path, "utf8");
    if (text2.endsWith("\n")) {
      const holder = JSON.parse(text2);
      return isSameProcess(holder.pid, holder.startMark) ? holder : "dead";
    }
    const ageMs2 = Math.abs(Date.now() - statSync(path).mtimeMs);
    return ageMs2 < UNWRITTEN_GRACE_MS ? "unwritten" : "dead";
  } catch (error) {
    if (error.code === "ENOENT") return "vanished";
    if (error instanceof SyntaxError) return "dead";
    throw error;
  }
}
function remove(folder, name, generation) {
  try {
    unlinkSync(pathOf(folder, name, generation));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

// lib/server/orchestrator-skill/beat-process.ts
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname as dirname2, join as join3 } from "node:path";

// lib/server/orchestrator-skill/state.ts
import { readFileSync as readFileSync3 } from "node:fs";
import { join as join2 } from "node:path";

// lib/server/orchestrator/private-file.ts
import { mkdirSync as mkdirSync2, renameSync, writeFileSync as writeFileSync2 } from "node:fs";
import { dirname } from "node:path";
function writePrivateFile(path, text2) {
  mkdirSync2(dirname(path), { recursive: true, mode: 448 });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync2(draft, text2, { mode: 384 });
  renameSync(draft, path);
}

// lib/server/orchestrator-skill/failure.ts
var ScriptFailure = class extends Error {
  constructor(code, message, exitCode, fix) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
    this.fix = fix;
  }
  code;
  exitCode;
  fix;
  name = "ScriptFailure";
};

// lib/server/orchestrator-skill/state.ts
var FILE = "state.json";
var LOCK = "state";
var LOCK_PATIENCE_MS = 5e3;
var LOCK_POLL_MS = 20;
var MAX_ENDED = 200;
var StateFile = class {
  constructor(folder) {
    this.folder = folder;
  }
  folder;
  read() {
    try {
      const value = JSON.parse(readFileSync3(join2(this.folder, FILE), "utf8"));
      const {
        dispatches = {},
        ended = [],
        hookedSessions = [],
        owesLook = false,
        mayHoldStrays = false,
        dueLook
      } = value;
      return { dispatches, ended, hookedSessions, owesLook, mayHoldStrays, ...dueLook ? { dueLook } : {} };
    } catch (error) {
      if (error instanceof SyntaxError || error.code === "ENOENT") {
        return { dispatches: {}, ended: [] };
      }
      throw error;
    }
  }
  /** Reads, changes and writes with nobody in between: several scripts and the beat run side by side. */
  async update(change) {
    const release = await this.#lock();
    try {
      const state = this.read();
      const result = change(state);
      state.ended = state.ended.slice(-MAX_ENDED);
      writePrivateFile(join2(this.folder, FILE), `${JSON.stringify(state, null, 1)}
`);
      return result;
    } finally {
      release();
    }
  }
  async #lock() {
    for (const endMs = steadyClock.now() + LOCK_PATIENCE_MS; steadyClock.now() < endMs; ) {
      const release = tryLock(this.folder);
      if (release !== null) return release;
      await new Promise((resolve2) => setTimeout(resolve2, LOCK_POLL_MS));
    }
    throw new ScriptFailure("state-busy", `${join2(this.folder, FILE)} is held by another process.`, 1, "Try again.");
  }
};
function tryLock(folder) {
  try {
    const attempt = acquireFileLock(folder, LOCK);
    return attempt.acquired ? attempt.release : null;
  } catch (error) {
    if (error.code === void 0) return null;
    throw error;
  }
}
var leased = ({ dispatches }) => Object.entries(dispatches).filter(([, { phase }]) => phase === "running" || phase === "cancel");
var toStop = (state) => Object.entries(state.dispatches).flatMap(
  ([id, { phase }]) => phase === "cancel" || phase === "lost" ? [{ id, why: phase }] : []
);

// lib/server/orchestrator-skill/beat-process.ts
var beatLock = ({ url, token }) => `beat-${createHash("sha256").update(`${url}
${token}`).digest("hex").slice(0, 8)}`;
function ensureBeat(context) {
  const { project, state, scriptPath } = context;
  if (leased(state.read()).length === 0) return;
  if (lockHolder(project.folder, beatLock(context)) !== null) return;
  const args = [join3(dirname2(scriptPath), "beat.mjs"), "--project", project.root];
  const child = spawn(process.execPath, args, { cwd: project.root, detached: true, stdio: "ignore" });
  child.unref();
}

// lib/server/orchestrator-skill/bell.ts
var MIN_INTERVAL_MS = 2500;
var MAX_LINE_CHARACTERS = 400;
var Bell = class {
  #options;
  #now;
  #minIntervalMs;
  #rings = nothing();
  #lastMs = -Infinity;
  #timer;
  #afterRing = [];
  constructor(options) {
    this.#options = options;
    this.#now = options.now ?? steadyClock.now;
    this.#minIntervalMs = options.minIntervalMs ?? MIN_INTERVAL_MS;
  }
  event(type) {
    this.#rings.events.set(type, (this.#rings.events.get(type) ?? 0) + 1);
    this.#schedule();
  }
  /** Agents of this session that have to be stopped. */
  stop(count) {
    this.#rings.stop = count;
    this.#schedule();
  }
  /** Work is due though no event said so. */
  due() {
    this.#rings.due = true;
    this.#schedule();
  }
  /** The stream was away, or lost its history: look, whatever was missed. */
  check() {
    this.#rings.check = true;
    this.#schedule();
  }
  /** Runs when all that rang so far is printed: at once when nothing waits to be. */
  whenRung(action) {
    if (this.#timer === void 0) action();
    else this.#afterRing.push(action);
  }
  close() {
    clearTimeout(this.#timer);
  }
  #schedule() {
    if (this.#timer !== void 0) return;
    const waitMs = Math.max(0, this.#lastMs + this.#minIntervalMs - this.#now());
    if (waitMs === 0) return this.#ring();
    this.#timer = setTimeout(() => this.#ring(), waitMs);
  }
  #ring() {
    this.#timer = void 0;
    this.#lastMs = this.#now();
    this.#options.ring(lineOf(this.#rings));
    this.#rings = nothing();
    for (const action of this.#afterRing.splice(0)) action();
  }
};
var nothing = () => ({ events: /* @__PURE__ */ new Map(), stop: 0, due: false, check: false });
function lineOf({ events, stop, due, check }) {
  const line = {
    do: stop > 0 ? "status" : "next",
    ...stop > 0 ? { stop } : {},
    ...events.size > 0 ? { events: Object.fromEntries(events) } : {},
    ...due ? { due: true } : {},
    ...check ? { check: true } : {}
  };
  return JSON.stringify(line).slice(0, MAX_LINE_CHARACTERS);
}

// lib/server/orchestrator-skill/due-look.ts
var DUE_POLL_MS = 3e4;
var MAX_SILENCE_MS = 6e5;
var DueLook = class {
  #silenceMs = 0;
  #againMs = 0;
  constructor(from, nowMs = steadyClock.now(), wallMs = Date.now()) {
    if (from === void 0) return;
    this.#silenceMs = from.silenceMs;
    this.#againMs = nowMs + Math.min(MAX_SILENCE_MS, Math.max(0, from.againAtMs - wallMs));
  }
  kept(nowMs = steadyClock.now(), wallMs = Date.now()) {
    return { silenceMs: this.#silenceMs, againAtMs: wallMs + Math.max(0, this.#againMs - nowMs) };
  }
  isTime(nowMs = steadyClock.now()) {
    return nowMs >= this.#againMs;
  }
  /** Nothing is due that no event told of. */
  nothing() {
    this.#silenceMs = 0;
  }
  rung(nowMs = steadyClock.now()) {
    this.#silenceMs = Math.min(MAX_SILENCE_MS, Math.max(DUE_POLL_MS, this.#silenceMs * 2));
    this.#againMs = nowMs + this.#silenceMs - DUE_POLL_MS / 2;
  }
  /** Something changed, and what comes due now is no longer what stayed due: the long silence is over. */
  heard(nowMs = steadyClock.now()) {
    this.#silenceMs = 0;
    this.#againMs = Math.min(this.#againMs, nowMs + DUE_POLL_MS / 2);
  }
};

// lib/server/orchestrator-skill/session.ts
import { execFileSync as execFileSync2 } from "node:child_process";
import { readFileSync as readFileSync4 } from "node:fs";
var PS_TIMEOUT_MS2 = 2e3;
var MAX_DEPTH = 20;
function sessionPid(ancestors) {
  const claude = ancestors.find(({ name }) => name.startsWith("claude"));
  return (claude ?? ancestors[1] ?? ancestors[0])?.pid ?? process.ppid;
}
function thisSession(env = process.env) {
  const told = Number(env["SWITCHBOARD_SESSION_PID"]);
  const pid = Number.isInteger(told) && told > 1 ? told : sessionPid(ancestorsOf(process.pid));
  return processOf(pid);
}
var processOf = (pid) => ({ pid, startMark: processStartMark(pid) });
var isAlive = (session) => session !== void 0 && isSameProcess(session.pid, session.startMark);
function ancestorsOf(pid, lookUp = read) {
  const ancestors = [];
  for (let next = lookUp(pid)?.parent ?? 0; next > 1 && ancestors.length < MAX_DEPTH; ) {
    const found = lookUp(next);
    if (found === null) break;
    ancestors.push({ pid: next, name: found.name });
    next = found.parent;
  }
  return ancestors;
}
function read(pid) {
  try {
    return process.platform === "linux" ? readProc(pid) : readPs(pid);
  } catch {
    return null;
  }
}
function readProc(pid) {
  const stat = readFileSync4(`/proc/${pid}/stat`, "utf8");
  const close = stat.lastIndexOf(")");
  return { name: stat.slice(stat.indexOf("(") + 1, close), parent: Number(stat.slice(close + 2).split(" ")[1]) };
}
function readPs(pid) {
  const row = execFileSync2("ps", ["-o", "ppid=,comm=", "-p", String(pid)], {
    encoding: "utf8",
    timeout: PS_TIMEOUT_MS2
  });
  const [, parent, command] = /^\s*(\d+)\s+(.*)$/.exec(row.trimEnd()) ?? [];
  return { parent: Number(parent), name: (command ?? "").split("/").at(-1) ?? "" };
}

// lib/server/orchestrator-skill/own-work.ts
function ownWork() {
  const own = /* @__PURE__ */ new Set([thisSession().pid, ...ancestorsOf(process.pid).map(({ pid }) => pid)]);
  return (state) => ({
    ...state,
    dispatches: Object.fromEntries(
      Object.entries(state.dispatches).filter(([, { session }]) => !isAlive(session) || own.has(session.pid))
    )
  });
}

// lib/server/orchestrator-skill/script.ts
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

// lib/server/orchestrator-skill/connection.ts
import { createHash as createHash2 } from "node:crypto";
import { readFileSync as readFileSync6 } from "node:fs";
import { hostname } from "node:os";
import { join as join5 } from "node:path";

// lib/sdk/dispatch-calls.ts
function dispatchCalls(client) {
  const write = (id, verb, body, options = {}) => client.post(`/api/dispatches/${segment(id)}/${verb}`, body, { ...options, idempotent: true });
  return {
    claim: (request, options = {}) => client.post("/api/dispatches/claim", request, {
      timeoutMs: (request.waitMs ?? 0) + DEFAULT_TIMEOUT_MS,
      ...options
    }),
    heartbeat: (id, epoch, options) => write(id, "heartbeat", { epoch }, options),
    progress: (id, body, options) => write(id, "progress", body, options),
    complete: (id, body, options) => write(id, "complete", body, options),
    completeMany: (items, options = {}) => client.post("/api/dispatches/complete", { items }, { ...options, idempotent: true }),
    fail: (id, body, options) => write(id, "fail", body, options),
    release: (id, epoch, options) => write(id, "release", { epoch }, options),
    find: (id, options) => client.get(`/api/dispatches/${segment(id)}`, options),
    list: (filter, options = {}) => client.get("/api/dispatches", { ...options, query: filter }),
    ack: async (consumer, position, options = {}) => {
      await client.post(`/api/consumers/${segment(consumer)}/ack`, { id: position }, { ...options, idempotent: true });
    }
  };
}

// lib/server/orchestrator/place-mark.ts
import { randomBytes } from "node:crypto";
import { mkdirSync as mkdirSync3, readFileSync as readFileSync5, writeFileSync as writeFileSync3 } from "node:fs";
import { join as join4 } from "node:path";
var FILE2 = "place";
function placeMark(folder, isUsed) {
  const path = join4(folder, FILE2);
  const kept = read2(path);
  if (kept !== null || isUsed()) return kept ?? "";
  mkdirSync3(folder, { recursive: true, mode: 448 });
  try {
    writeFileSync3(path, randomBytes(8).toString("hex"), { flag: "wx", mode: 384 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  return read2(path) ?? "";
}
function read2(path) {
  try {
    return readFileSync5(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

// lib/auth/hosts.ts
var LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

// lib/server/orchestrator/same-server.ts
function isSameServer(one, other) {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [asked, known] = [new URL(one), new URL(other)];
  if (asked.origin === known.origin) return true;
  const areLoopback = [asked, known].every((at) => LOOPBACK_NAMES.includes(at.hostname));
  return areLoopback && asked.protocol === known.protocol && asked.port === known.port;
}

// lib/server/orchestrator-skill/connection.ts
var CONNECTION_FILE = "connection.json";
var DEFAULT_URL = "http://127.0.0.1:7777";
var FIX = "Run `npm run skill:install -- PROJECT` in the Switchboard repository, or set SWITCHBOARD_URL and SWITCHBOARD_TOKEN (a token of role orchestrator).";
var NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
function openConnection(project, env, consumerOption) {
  const file = readConnectionFile(project);
  const known = file.url || DEFAULT_URL;
  const url = (env["SWITCHBOARD_URL"] || known).replace(/\/+$/, "");
  const token = env["SWITCHBOARD_TOKEN"] || (isSameServer(url, known) ? file.token : void 0);
  if (!token) {
    const other = file.token ? ` SWITCHBOARD_TOKEN is not set, and the one in ${CONNECTION_FILE} is for ${known}.` : "";
    throw new ScriptFailure("no-token", `No token for ${url}.${other}`, 2, FIX);
  }
  const name = consumerOption ?? file.consumer;
  const consumer = name ?? defaultConsumer(project, token);
  if (!NAME.test(consumer)) {
    throw new ScriptFailure(
      "bad-option",
      `--consumer: got '${consumer}', wants 1 to 64 of A-Z, a-z, 0-9, . _ and -`,
      2
    );
  }
  const client = createClient({ baseUrl: url, token });
  return { url, token, consumer, isNamed: name !== void 0, client, calls: dispatchCalls(client) };
}
function defaultConsumer({ root, folder }, token) {
  const place = placeMark(folder, () => hasClaimed(folder));
  const mark = createHash2("sha256").update([root, tokenId(token), ...place === "" ? [] : [place]].join("\n")).digest("hex").slice(0, 8);
  const host = hostname().replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
  return `claude-${host}-${mark}`;
}
function hasClaimed(folder) {
  const { dispatches, ended } = new StateFile(folder).read();
  return ended.length > 0 || Object.keys(dispatches).length > 0;
}
var tokenId = (token) => token.split("_").slice(0, 3).join("_");
function readConnectionFile({ folder }) {
  try {
    const value = JSON.parse(readFileSync6(join5(folder, CONNECTION_FILE), "utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw new ScriptFailure("bad-connection-file", `${join5(folder, CONNECTION_FILE)} cannot be read.`, 2, FIX);
  }
}

// lib/server/orchestrator-skill/project.ts
import { existsSync, mkdirSync as mkdirSync4, writeFileSync as writeFileSync4 } from "node:fs";
import { homedir } from "node:os";
import { dirname as dirname3, join as join6, resolve } from "node:path";
var FOLDER = join6(".claude", "switchboard");
var INSTALLED_SCRIPT = /^(.*)[/\\]\.claude[/\\]skills[/\\]orchestrator[/\\]scripts[/\\][^/\\]+$/;
function findProject({ option, env, cwd, scriptPath }) {
  const named = option ?? env["CLAUDE_PROJECT_DIR"];
  const installed = INSTALLED_SCRIPT.exec(scriptPath)?.[1];
  const root = (named === void 0 || named === "" ? void 0 : resolve(cwd, named)) ?? (installed === homedir() ? void 0 : installed) ?? nearest(cwd, FOLDER) ?? nearest(cwd, ".git") ?? cwd;
  return { root, folder: join6(root, FOLDER) };
}
function ensureFolder({ folder }) {
  const ignore = join6(folder, ".gitignore");
  if (!existsSync(ignore)) {
    mkdirSync4(folder, { recursive: true, mode: 448 });
    writeFileSync4(ignore, "*\n");
  }
  return folder;
}
function nearest(from, name) {
  for (let folder = from; ; folder = dirname3(folder)) {
    if (existsSync(join6(folder, name))) return folder;
    if (dirname3(folder) === folder) return void 0;
  }
}

// lib/server/orchestrator-skill/script.ts
var COMMON = {
  help: { type: "boolean", short: "h" },
  project: { type: "string" },
  consumer: { type: "string" }
};
var COMMON_HELP = `
  --project DIR     the project (default: where the skill is installed)
  --consumer NAME   this orchestrator's name (default: made from host, project and token)
  -h, --help        this text

Prints JSON. Exit 0: done, or already so. 1: refused, or no answer; safe to repeat. 2: token or set-up is wrong.
Server and token: SWITCHBOARD_URL and SWITCHBOARD_TOKEN, else .claude/switchboard/connection.json.
`;
var NEW_TOKEN_FIX = "Install the skill again, or set SWITCHBOARD_TOKEN to a token of role orchestrator; then start a new session, for this one keeps the token it began with.";
var lineOf2 = (value) => `${JSON.stringify(value)}
`;
var print = (value) => void process.stdout.write(lineOf2(value));
async function runScript(moduleUrl, script) {
  try {
    const { values, positionals } = parse(script.options ?? {});
    if (values["help"] === true) {
      process.stdout.write(script.help.trimEnd() + COMMON_HELP);
      return;
    }
    const scriptPath = fileURLToPath(moduleUrl);
    const sources = { option: text(values, "project"), env: process.env, cwd: process.cwd(), scriptPath };
    const project = findProject(sources);
    const connection = openConnection(project, process.env, text(values, "consumer"));
    const state = new StateFile(ensureFolder(project));
    const result = await script.run({ ...connection, project, state, values, positionals, scriptPath });
    if (result !== void 0) print(result);
  } catch (error) {
    const failure = failureOf(error);
    const { code, message, fix } = failure;
    print({ error: code, message, ...fix === void 0 ? {} : { fix } });
    process.exitCode = failure.exitCode;
  }
}
function parse(options) {
  try {
    const { values, positionals } = parseArgs({ options: { ...options, ...COMMON }, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    throw new ScriptFailure("bad-option", error.message, 2, "See --help.");
  }
}
var text = (values, name) => {
  const value = values[name];
  return typeof value === "string" ? value : void 0;
};
function failureOf(error) {
  if (error instanceof ScriptFailure) return error;
  if (isControlPlaneError(error)) {
    const denied = error.code === "unauthenticated" || error.code === "forbidden";
    return new ScriptFailure(error.code, error.message, denied ? 2 : 1, denied ? NEW_TOKEN_FIX : void 0);
  }
  return new ScriptFailure("internal", error instanceof Error ? error.message : String(error), 1);
}

// lib/server/orchestrator-skill/agent-turns.ts
var toHandIn = ({ dispatches }, minMs = 0) => Object.entries(dispatches).flatMap(
  ([id, { phase, epoch, ended }]) => phase === "running" && ended?.epoch === epoch && ageMs(ended.atMs, Date.now()) >= minMs ? [{ id }] : []
);

// lib/server/orchestrator-skill/take-over.ts
var REPLACED = "SIGUSR2";
var PATIENCE_MS = 5e3;
var POLL_MS = 50;
async function takeOver(folder, lock) {
  let asked = null;
  for (const endMs = steadyClock.now() + PATIENCE_MS; steadyClock.now() < endMs; ) {
    const attempt = acquireFileLock(folder, lock);
    if (attempt.acquired) return attempt.release;
    const { holder } = attempt;
    if (holder !== null && holder.pid !== asked && isSameProcess(holder.pid, holder.startMark)) {
      asked = holder.pid;
      process.kill(holder.pid, REPLACED);
    }
    await new Promise((resolve2) => setTimeout(resolve2, POLL_MS));
  }
  throw new ScriptFailure(
    `${lock}-busy`,
    `Another ${lock} of this project does not end.`,
    1,
    "Stop it, then try again."
  );
}

// lib/server/orchestrator-skill/watch.ts
var HELP = `watch: the doorbell. Runs until it is stopped, and prints one short line when there is a reason to look.

Usage: node watch.mjs [--types a,b] [--once]
  --types SLUGS     ring only for work of these agent types
  --once            exit after the first line (for sessions that cannot watch a running command)

Lines:
  {"do":"next","events":{"message-created":2}}   run next
  {"do":"status","stop":1}                       agents have to be stopped; status says which
  {"state":"offline"} / {"state":"live"}         the server is away / is back
  {"state":"stopped"}                            ended from outside; exit 0
  {"state":"replaced"}                           a newer watch of this project rings in its place; exit 0
  {"fatal":"unauthenticated", …}                 the token is not accepted; exit 2
A line never holds text that an agent or a person wrote. At most one line in 2.5 s, 400 characters.
`;
var KNOWN = new Set(WAKE_TYPES);
var STATE_POLL_MS = 1e3;
var OWED_POLL_MS = 15e3;
var BEAT_START_MS = 1e4;
var DUE_SECONDS = 3;
var STOP_AGAIN_MS = 3e5;
var LAST_ACK_MS = 2e3;
var HAND_IN_AFTER_MS = 15e3;
async function watch(context) {
  const types = text(context.values, "types")?.split(",").map((slug) => slug.trim());
  const watcher = new Watcher(context, types);
  process.on("SIGTERM", () => watcher.end("stopped")).on("SIGINT", () => watcher.end("stopped"));
  process.on(REPLACED, () => watcher.end("replaced"));
  const release = await takeOver(context.project.folder, "watch");
  try {
    process.stdout.on("error", () => watcher.end());
    await watcher.run();
  } finally {
    release();
  }
  return void 0;
}
var Watcher = class {
  constructor(context, types) {
    this.context = context;
    this.types = types;
    const { dueLook } = context.state.read();
    this.#due = new DueLook(this.#isOnce ? dueLook : void 0);
    this.#bell = new Bell({
      ring: (line) => {
        process.stdout.write(`${line}
`);
        if (this.#isOnce) this.end();
      }
    });
  }
  context;
  types;
  #bell;
  #timers = [];
  #session = thisSession();
  #own = ownWork();
  #due;
  #stream;
  #finished = deferred();
  #isOver = false;
  #stopCount = 0;
  #stopAgainMs = 0;
  #handInAgainMs = 0;
  #owedAgainMs = 0;
  #beatAgainMs = 0;
  #wasOffline = false;
  get #isOnce() {
    return this.context.values["once"] === true;
  }
  /** The next one goes on from there: each began anew, and work that stayed due rang at once, turn after turn. */
  async #keepDueLook() {
    if (!this.#isOnce) return;
    const dueLook = this.#due.kept();
    const written = this.context.state.update((state) => {
      state.dueLook = dueLook;
    });
    await written.catch(() => void 0);
  }
  async run() {
    if (this.#isOver) return;
    const { url, token, consumer, calls } = this.context;
    const acker = createAcker({ calls, consumer });
    this.#stream = openEventStream({
      baseUrl: url,
      token,
      consumer,
      filter: { types: WAKE_TYPES },
      onEvent: (event) => this.#hear(event),
      onReset: () => this.#bell.check(),
      // Only what is printed is dealt with: a line lost with this process is rung again by the next one.
      onPosition: (position) => this.#bell.whenRung(() => acker.note(position)),
      onState: (state, error) => this.#onState(state, error?.message)
    });
    this.#timers.push(setInterval(() => this.#lookAtState(), STATE_POLL_MS));
    this.#timers.push(setInterval(() => void this.#lookForDue(DUE_SECONDS), DUE_POLL_MS));
    await this.#finished.promise;
    for (const timer of this.#timers) clearInterval(timer);
    this.#bell.close();
    await this.#keepDueLook();
    await Promise.race([acker.flush(), steadyClock.sleep(LAST_ACK_MS)]);
    acker.stop();
    await this.#stream.stop();
  }
  end(state) {
    if (state !== void 0) print({ state });
    this.#finish();
  }
  #finish() {
    this.#isOver = true;
    this.#finished.resolve();
  }
  #hear(event) {
    if (event.type === "dispatch-updated" && event.data["status"] === "cancelling")
      this.#noteCancel(event.data.id).catch(() => void 0);
    if (!KNOWN.has(event.type) || !isWake(event, this.types)) return;
    const { dispatches, ended } = this.context.state.read();
    const own = event.type === "dispatch-updated" && (event.data.id in dispatches || ended.includes(event.data.id));
    if (own && event.data["status"] !== "waiting") return;
    this.#due.heard();
    this.#bell.event(event.type);
  }
  /** Sooner than the next heartbeat would say it. */
  async #noteCancel(id) {
    const { state } = this.context;
    if (state.read().dispatches[id] === void 0) return;
    await state.update(({ dispatches }) => {
      const held = dispatches[id];
      if (held?.phase === "running") held.phase = "cancel";
    });
    this.#lookAtState();
  }
  #onState(state, why) {
    if (state === "unauthenticated") {
      print({ fatal: "unauthenticated", message: why, fix: NEW_TOKEN_FIX });
      process.exitCode = 2;
      return this.#finish();
    }
    if (state === "offline") {
      this.#wasOffline = true;
      print({ state });
    }
    if (state !== "live") return;
    if (this.#wasOffline) {
      this.#wasOffline = false;
      print({ state });
      this.#bell.check();
    } else void this.#lookForDue(0);
  }
  #lookAtState() {
    if (!isAlive(this.#session)) return this.end();
    this.#lookForStops();
    this.#lookForLastWords();
    this.#lookForOwed();
    this.#lookForBeat();
  }
  #lookForStops() {
    const count = toStop(this.#own(this.context.state.read())).length;
    const isNews = count > this.#stopCount;
    this.#stopCount = count;
    if (count === 0 || !(isNews || steadyClock.now() >= this.#stopAgainMs)) return;
    this.#stopAgainMs = steadyClock.now() + STOP_AGAIN_MS;
    this.#bell.stop(count);
  }
  /** It may have been killed, and the session may not run a script for hours. */
  #lookForBeat() {
    const { project, state } = this.context;
    if (steadyClock.now() < this.#beatAgainMs || leased(state.read()).length === 0) return;
    if (lockHolder(project.folder, "beat") !== null) return;
    this.#beatAgainMs = steadyClock.now() + BEAT_START_MS;
    ensureBeat(this.context);
  }
  /** A `next` that got no answer took the ring with it: it rings again once the server is there. */
  #lookForOwed() {
    const { state } = this.context;
    if (this.#stream?.state !== "live" || steadyClock.now() < this.#owedAgainMs || state.read().owesLook !== true)
      return;
    this.#owedAgainMs = steadyClock.now() + OWED_POLL_MS;
    this.#bell.check();
    const settled = state.update((now) => {
      now.owesLook = false;
    });
    settled.catch(() => void 0);
  }
  /** Told to a session that forgot them; seldom, for each line costs it a turn. */
  #lookForLastWords() {
    if (this.#stream?.state !== "live" || steadyClock.now() < this.#handInAgainMs) return;
    if (toHandIn(this.#own(this.context.state.read()), HAND_IN_AFTER_MS).length === 0) return;
    this.#handInAgainMs = steadyClock.now() + DUE_POLL_MS;
    this.#bell.check();
  }
  /** At the start any due work counts: it may have come after the session's look and before the stream was open. */
  async #lookForDue(minSeconds) {
    if (this.#stream?.state !== "live" || !this.#due.isTime()) return;
    const health = await this.context.client.get("/api/system-health").catch(() => null);
    if ((health?.oldestDueSeconds ?? -1) < minSeconds) return this.#due.nothing();
    this.#due.rung();
    this.#bell.due();
  }
};
await runScript(import.meta.url, {
  help: HELP,
  options: { types: { type: "string" }, once: { type: "boolean" } },
  run: (context) => watch(context)
});
