#!/usr/bin/env node
// Built by scripts/build-skill.mjs from lib/server/orchestrator-skill; do not edit.
// Holds eventsource-parser, MIT licence, © Espen Hovlandsdal.

// lib/server/orchestrator-skill/done.ts
import { randomBytes as randomBytes2 } from "node:crypto";

// lib/server/orchestrator/bounded-text.ts
var clip = (text2, maxCharacters) => text2.length <= maxCharacters ? text2 : marked(text2, text2.length, maxCharacters);
function marked(text2, total, maxCharacters) {
  const mark = `
[truncated: the output had ${total} characters, the limit is ${maxCharacters}]`;
  return `${wholeCharacters(text2.slice(0, maxCharacters - mark.length))}${mark}`;
}
var wholeCharacters = (text2) => text2.replace(/[\ud800-\udbff]$/, "");

// lib/server/orchestrator-skill/output-limit.ts
var MAX_OUTPUT_CHARACTERS = 64e3;
var clipOutput = (output) => clip(output, MAX_OUTPUT_CHARACTERS);

// lib/server/orchestrator-skill/agent-turns.ts
import { createHash } from "node:crypto";

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
var SECOND_MS = 1e3;
var MINUTE_MS = 60 * SECOND_MS;
var HOUR_MS = 60 * MINUTE_MS;
var DAY_MS = 24 * HOUR_MS;

// lib/server/orchestrator-skill/agent-turns.ts
var fingerprint = (text2) => createHash("sha256").update(text2.replace(/\s+/g, " ").trim()).digest("base64url").slice(0, 16);
function isOfEarlierTurn({ epoch, handed, ended }, text2) {
  if (handed === void 0) return false;
  if (handed < epoch) return true;
  return ended !== void 0 && ended.epoch < epoch && ended.said === fingerprint(text2);
}

// lib/server/orchestrator-skill/dispatch-files.ts
import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

// lib/server/orchestrator/private-file.ts
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
function writePrivateFile(path, text2) {
  mkdirSync(dirname(path), { recursive: true, mode: 448 });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text2, { mode: 384 });
  renameSync(draft, path);
}

// lib/server/orchestrator-skill/dispatch-files.ts
var FOLDER = "dispatches";
var MAX_AGE_MS = 7 * 864e5;
var lastWords = (folder, id, epoch) => join(folder, FOLDER, `${id}.${epoch}.out`);
var readLastWords = (folder, id, epoch) => readText(lastWords(folder, id, epoch));
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

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

// lib/server/orchestrator-skill/script.ts
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

// lib/server/orchestrator-skill/connection.ts
import { createHash as createHash2 } from "node:crypto";
import { readFileSync as readFileSync6 } from "node:fs";
import { hostname } from "node:os";
import { join as join5 } from "node:path";

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

// lib/kernel/backoff.ts
function backoffMs(attempt, { baseMs, maxMs, random = Math.random }) {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + random() / 2));
}

// lib/sdk/retry.ts
var MAX_TRIES = 4;
var BASE_MS = 200;
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
      await clock.sleep(Math.max(askedMs, backoffMs(attempt, { baseMs: BASE_MS, maxMs: MAX_MS, random })), signal);
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
import { mkdirSync as mkdirSync2, readFileSync as readFileSync2, writeFileSync as writeFileSync2 } from "node:fs";
import { join as join2 } from "node:path";
var FILE = "place";
function placeMark(folder, isUsed) {
  const path = join2(folder, FILE);
  const kept = read(path);
  if (kept !== null || isUsed()) return kept ?? "";
  mkdirSync2(folder, { recursive: true, mode: 448 });
  try {
    writeFileSync2(path, randomBytes(8).toString("hex"), { flag: "wx", mode: 384 });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  return read(path) ?? "";
}
function read(path) {
  try {
    return readFileSync2(path, "utf8");
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

// lib/server/orchestrator-skill/state.ts
import { readFileSync as readFileSync5 } from "node:fs";
import { join as join4 } from "node:path";

// lib/server/file-lock.mjs
import { mkdirSync as mkdirSync3, readFileSync as readFileSync4, readdirSync as readdirSync2, statSync as statSync2, unlinkSync, writeFileSync as writeFileSync3 } from "node:fs";
import { join as join3 } from "node:path";

// lib/server/process-identity.mjs
import { execFileSync } from "node:child_process";
import { readFileSync as readFileSync3 } from "node:fs";
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
    const stat = readFileSync3(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
function bootId() {
  try {
    return readFileSync3("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "boot";
  }
}

// lib/server/file-lock.mjs
var UNWRITTEN_GRACE_MS = 2e3;
var MAX_TRIES2 = 10;
function acquireFileLock(folder, name) {
  mkdirSync3(folder, { recursive: true });
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
var pathOf = (folder, name, generation) => join3(folder, `${name}.${generation}.lock`);
function generations(folder, name) {
  const pattern = new RegExp(`^${name.replaceAll(".", "\\.")}\\.(\\d+)\\.lock$`);
  return readdirSync2(folder).flatMap((file) => pattern.exec(file)?.[1] ?? []).map(Number).toSorted((left, right) => right - left);
}
function create(folder, name, generation) {
  const holder = { pid: process.pid, startMark: processStartMark(process.pid), since: (/* @__PURE__ */ new Date()).toISOString() };
  try {
    writeFileSync3(pathOf(folder, name, generation), `${JSON.stringify(holder)}
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
    const text2 = readFileSync4(path, "utf8");
    if (text2.endsWith("\n")) {
      const holder = JSON.parse(text2);
      return isSameProcess(holder.pid, holder.startMark) ? holder : "dead";
    }
    const ageMs2 = Math.abs(Date.now() - statSync2(path).mtimeMs);
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

// lib/server/orchestrator-skill/state.ts
var FILE2 = "state.json";
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
      const value = JSON.parse(readFileSync5(join4(this.folder, FILE2), "utf8"));
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
      writePrivateFile(join4(this.folder, FILE2), `${JSON.stringify(state, null, 1)}
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
    throw new ScriptFailure("state-busy", `${join4(this.folder, FILE2)} is held by another process.`, 1, "Try again.");
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
function forget(state, id, epoch) {
  if (state.dispatches[id]?.epoch !== epoch) return;
  delete state.dispatches[id];
  state.ended.push(id);
}
function park(state, id, epoch) {
  const held = state.dispatches[id];
  if (held?.epoch === epoch) held.phase = "waiting";
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
import { dirname as dirname2, join as join6, resolve } from "node:path";
var FOLDER2 = join6(".claude", "switchboard");
var INSTALLED_SCRIPT = /^(.*)[/\\]\.claude[/\\]skills[/\\]orchestrator[/\\]scripts[/\\][^/\\]+$/;
function findProject({ option, env, cwd, scriptPath }) {
  const named = option ?? env["CLAUDE_PROJECT_DIR"];
  const installed = INSTALLED_SCRIPT.exec(scriptPath)?.[1];
  const root = (named === void 0 || named === "" ? void 0 : resolve(cwd, named)) ?? (installed === homedir() ? void 0 : installed) ?? nearest(cwd, FOLDER2) ?? nearest(cwd, ".git") ?? cwd;
  return { root, folder: join6(root, FOLDER2) };
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
  for (let folder = from; ; folder = dirname2(folder)) {
    if (existsSync(join6(folder, name))) return folder;
    if (dirname2(folder) === folder) return void 0;
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
var lineOf = (value) => `${JSON.stringify(value)}
`;
var print = (value) => void process.stdout.write(lineOf(value));
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
function dispatchId(positionals) {
  const [id, ...rest] = positionals;
  if (id !== void 0 && /^[0-9a-f]{24}$/.test(id) && rest.length === 0) return id;
  throw new ScriptFailure("bad-option", `got '${positionals.join(" ")}', wants one dispatch id of 24 hex digits`, 2);
}
function failureOf(error) {
  if (error instanceof ScriptFailure) return error;
  if (isControlPlaneError(error)) {
    const denied = error.code === "unauthenticated" || error.code === "forbidden";
    return new ScriptFailure(error.code, error.message, denied ? 2 : 1, denied ? NEW_TOKEN_FIX : void 0);
  }
  return new ScriptFailure("internal", error instanceof Error ? error.message : String(error), 1);
}

// lib/server/orchestrator-skill/end-dispatch.ts
var NothingToEnd = class {
  constructor(status, note) {
    this.status = status;
    this.note = note;
  }
  status;
  note;
};
async function endDispatch(context, send2) {
  const { calls, state, positionals } = context;
  const id = dispatchId(positionals);
  const held = state.read().dispatches[id];
  if (held === void 0) {
    const { status } = await calls.find(id);
    if (status !== "running" && status !== "cancelling") return { id, status, note: "it ended before" };
    throw new ScriptFailure("not-held", `This session does not hold ${id}.`, 1, "Run status: it gives strays back.");
  }
  try {
    const sent = await send2(id, held);
    if (sent instanceof NothingToEnd) return { id, status: sent.status, note: sent.note };
    const { status } = sent;
    await state.update(
      (current) => status === "waiting" ? park(current, id, held.epoch) : forget(current, id, held.epoch)
    );
    return { id, status };
  } catch (error) {
    return await refused(context, id, held, error);
  }
}
async function refused({ state }, id, held, error) {
  if (isControlPlaneError(error, "waiting")) {
    await state.update((current) => park(current, id, held.epoch));
    return { id, status: "waiting", note: "its agent asked a question; next brings it back when it is answered" };
  }
  if (isControlPlaneError(error, "stale-epoch")) {
    await state.update((current) => forget(current, id, held.epoch));
    return { id, status: "stale", note: "the lease was lost; what was handed in is kept as late output" };
  }
  throw error;
}

// lib/server/orchestrator-skill/read-input.ts
import { readFileSync as readFileSync7 } from "node:fs";
var FIRST_BYTE_MS = 1e3;
async function readInput(option, file) {
  if (option !== void 0) return option;
  if (file !== void 0) return readText2(file);
  return process.stdin.isTTY ? null : readStdin();
}
function readText2(path) {
  try {
    return readFileSync7(path, "utf8");
  } catch (error) {
    throw new ScriptFailure("bad-option", `--file: ${error.message}`, 2);
  }
}
function readStdin() {
  const chunks = [];
  return new Promise((resolve2) => {
    const finish = () => {
      clearTimeout(timer);
      process.stdin.destroy();
      const text2 = Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/, "");
      resolve2(text2 === "" ? null : text2);
    };
    const timer = setTimeout(finish, FIRST_BYTE_MS);
    process.stdin.once("data", () => clearTimeout(timer));
    process.stdin.on("data", (chunk) => chunks.push(chunk));
    process.stdin.once("end", finish).once("error", finish);
  });
}

// lib/server/orchestrator-skill/done.ts
var HELP = `done: completes a dispatch with the agent's final text.

Usage: node done.mjs ID [--output TEXT | --file PATH] [--usage JSON]
The text is read from standard input, else it is what the agent said last, where the hooks took note of it.
  --output TEXT   the output
  --file PATH     a file that holds it
  --usage JSON    {"inputTokens":N,"outputTokens":N,"costUsd":N}, what is known of it

Prints {"id", "status", "note"?}: done; waiting (the agent asked a question, nothing is lost); running (the text is of
the turn in which it asked, and its next has begun: nothing is handed in); stale (the lease was lost, the text is kept
as late output); or how it had ended before. An agent that reported its end itself is fine.
`;
var EARLIER = "these are the words with which it asked; it is at work on the answer, and its end will be told";
async function alreadyOver({ calls }, id, epoch) {
  const record = await calls.find(id);
  const open = record.status === "running" || record.status === "cancelling" || record.status === "waiting";
  if (record.epoch === epoch && !open) return record;
  const end = `END_${randomBytes2(8).toString("hex")}`;
  const give = `Give the agent's final text on standard input: <<'${end}' behind the command, the text, a line ${end}.`;
  const fix = `${give} If it said nothing: fail ${id} --error 'no answer' --retryable.`;
  throw new ScriptFailure("no-output", `${id} is ${record.status}, and no output was given.`, 1, fix);
}
function usageOf(json) {
  if (json === void 0) return void 0;
  try {
    return JSON.parse(json);
  } catch {
    throw new ScriptFailure("bad-option", `--usage: got ${json.slice(0, 80)}, wants JSON`, 2);
  }
}
await runScript(import.meta.url, {
  help: HELP,
  options: { output: { type: "string" }, file: { type: "string" }, usage: { type: "string" } },
  run: async (context) => {
    const usage = usageOf(text(context.values, "usage"));
    const given = await readInput(text(context.values, "output"), text(context.values, "file"));
    return endDispatch(context, async (id, held) => {
      const { epoch } = held;
      const output = given ?? readLastWords(context.project.folder, id, epoch);
      if (isOfEarlierTurn(held, output ?? "")) return new NothingToEnd("running", EARLIER);
      if (output === null) return alreadyOver(context, id, epoch);
      const completion = { epoch, output: clipOutput(output) };
      return context.calls.complete(id, usage === void 0 ? completion : { ...completion, usage });
    });
  }
});
