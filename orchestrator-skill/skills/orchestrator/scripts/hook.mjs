#!/usr/bin/env node
// Built by scripts/build-skill.mjs from lib/server/orchestrator-skill; do not edit.
// Holds eventsource-parser, MIT licence, © Espen Hovlandsdal.

// lib/server/orchestrator-skill/agent-turns.ts
import { createHash } from "node:crypto";
var fingerprint = (text) => createHash("sha256").update(text.replace(/\s+/g, " ").trim()).digest("base64url").slice(0, 16);
function noteHanded(state, id, agent) {
  const held = state.dispatches[id];
  if (held) Object.assign(held, { agent, handed: held.epoch });
}
function noteEnded(state, agent, text) {
  const [id, held] = Object.entries(state.dispatches).find(([, one]) => one.agent === agent) ?? [];
  if (id === void 0 || held === void 0) return null;
  const epoch = held.handed ?? held.epoch;
  held.ended = { epoch, said: fingerprint(text), atMs: Date.now() };
  return { id, epoch };
}

// lib/server/orchestrator-skill/dispatch-files.ts
import { join } from "node:path";

// lib/server/orchestrator/private-file.ts
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
function writePrivateFile(path, text) {
  mkdirSync(dirname(path), { recursive: true, mode: 448 });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode: 384 });
  renameSync(draft, path);
}

// lib/server/orchestrator-skill/dispatch-files.ts
var FOLDER = "dispatches";
var MAX_AGE_MS = 7 * 864e5;
var lastWords = (folder, id, epoch) => join(folder, FOLDER, `${id}.${epoch}.out`);
var keepLastWords = (folder, { id, epoch }, text) => writePrivateFile(lastWords(folder, id, epoch), text);

// lib/server/orchestrator-skill/project.ts
import { existsSync, mkdirSync as mkdirSync2, writeFileSync as writeFileSync2 } from "node:fs";
import { homedir } from "node:os";
import { dirname as dirname2, join as join2, resolve } from "node:path";
var FOLDER2 = join2(".claude", "switchboard");
var INSTALLED_SCRIPT = /^(.*)[/\\]\.claude[/\\]skills[/\\]orchestrator[/\\]scripts[/\\][^/\\]+$/;
function findProject({ option, env, cwd, scriptPath }) {
  const named = option ?? env["CLAUDE_PROJECT_DIR"];
  const installed = INSTALLED_SCRIPT.exec(scriptPath)?.[1];
  const root = (named === void 0 || named === "" ? void 0 : resolve(cwd, named)) ?? (installed === homedir() ? void 0 : installed) ?? nearest(cwd, FOLDER2) ?? nearest(cwd, ".git") ?? cwd;
  return { root, folder: join2(root, FOLDER2) };
}
function nearest(from, name) {
  for (let folder = from; ; folder = dirname2(folder)) {
    if (existsSync(join2(folder, name))) return folder;
    if (dirname2(folder) === folder) return void 0;
  }
}

// lib/server/orchestrator-skill/read-input.ts
import { readFileSync } from "node:fs";

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

// lib/server/orchestrator-skill/read-input.ts
var FIRST_BYTE_MS = 1e3;
async function readInput(option, file) {
  if (option !== void 0) return option;
  if (file !== void 0) return readText(file);
  return process.stdin.isTTY ? null : readStdin();
}
function readText(path) {
  try {
    return readFileSync(path, "utf8");
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
      const text = Buffer.concat(chunks).toString("utf8").replace(/\r?\n$/, "");
      resolve2(text === "" ? null : text);
    };
    const timer = setTimeout(finish, FIRST_BYTE_MS);
    process.stdin.once("data", () => clearTimeout(timer));
    process.stdin.on("data", (chunk) => chunks.push(chunk));
    process.stdin.once("end", finish).once("error", finish);
  });
}

// lib/server/orchestrator-skill/state.ts
import { readFileSync as readFileSync4 } from "node:fs";
import { join as join4 } from "node:path";

// lib/server/file-lock.mjs
import { mkdirSync as mkdirSync3, readFileSync as readFileSync3, readdirSync, statSync, unlinkSync, writeFileSync as writeFileSync3 } from "node:fs";
import { join as join3 } from "node:path";

// lib/server/process-identity.mjs
import { execFileSync } from "node:child_process";
import { readFileSync as readFileSync2 } from "node:fs";
var START_TIME_INDEX_AFTER_NAME = 19;
var STATE_INDEX_AFTER_NAME = 0;
var PS_TIMEOUT_MS = 2e3;
function isProcessAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return readProcStat(pid)?.[STATE_INDEX_AFTER_NAME] !== "Z";
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
    const stat = readFileSync2(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}
function bootId() {
  try {
    return readFileSync2("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "boot";
  }
}

// lib/server/file-lock.mjs
var UNWRITTEN_GRACE_MS = 2e3;
var MAX_TRIES = 10;
function acquireFileLock(folder, name) {
  mkdirSync3(folder, { recursive: true });
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
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
  const pattern = new RegExp(`^${name}\\.(\\d+)\\.lock$`);
  return readdirSync(folder).flatMap((file) => pattern.exec(file)?.[1] ?? []).map(Number).toSorted((left, right) => right - left);
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
    const text = readFileSync3(path, "utf8");
    if (text.endsWith("\n")) {
      const holder = JSON.parse(text);
      return isSameProcess(holder.pid, holder.startMark) ? holder : "dead";
    }
    return Date.now() - statSync(path).mtimeMs < UNWRITTEN_GRACE_MS ? "unwritten" : "dead";
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
      const value = JSON.parse(readFileSync4(join4(this.folder, FILE), "utf8"));
      return { dispatches: value.dispatches ?? {}, ended: value.ended ?? [] };
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
      writePrivateFile(join4(this.folder, FILE), `${JSON.stringify(state, null, 1)}
`);
      return result;
    } finally {
      release();
    }
  }
  async #lock() {
    for (const endMs = Date.now() + LOCK_PATIENCE_MS; Date.now() < endMs; ) {
      const release = tryLock(this.folder);
      if (release !== null) return release;
      await new Promise((resolve2) => setTimeout(resolve2, LOCK_POLL_MS));
    }
    throw new ScriptFailure("state-busy", `${join4(this.folder, FILE)} is held by another process.`, 1, "Try again.");
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

// lib/server/orchestrator-skill/hook.ts
import { fileURLToPath } from "node:url";
var HELP = `hook: called by Claude Code at the start and the end of each turn of an agent; not by the session.

Usage: node hook.mjs < EVENT

Takes note in the state file of which turn belongs to which claim, and of an agent's last words. Prints nothing. Exit 0, always.
`;
var DISPATCH_ID = /^[0-9a-f]{24}$/;
var UNKNOWN_PATIENCE_MS = 2e3;
var LOOK_EVERY_MS = 50;
async function main() {
  if (process.argv.some((argument) => argument === "--help" || argument === "-h")) {
    return void process.stdout.write(HELP);
  }
  const event = JSON.parse(await readInput(void 0, void 0) ?? "{}");
  const scriptPath = fileURLToPath(import.meta.url);
  const { folder } = findProject({ option: void 0, env: process.env, cwd: process.cwd(), scriptPath });
  if (event.hook_event_name === "SubagentStop") return agentEnded(folder, event);
  const id = [event.tool_input?.name, event.tool_input?.to].find(isDispatchId);
  const agent = agentIn(event.tool_response);
  if (id !== void 0 && agent !== void 0)
    await new StateFile(folder).update((current) => noteHanded(current, id, agent));
}
async function agentEnded(folder, { agent_id: agent, last_assistant_message: said }) {
  const state = new StateFile(folder);
  if (typeof agent !== "string" || !hasOpen(state.read())) return;
  const text = typeof said === "string" ? said : "";
  for (const endMs = Date.now() + UNKNOWN_PATIENCE_MS; Date.now() < endMs; ) {
    const turn = await state.update((current) => noteEnded(current, agent, text));
    if (turn !== null) return keepLastWords(folder, turn, text);
    await new Promise((resolve2) => setTimeout(resolve2, LOOK_EVERY_MS));
  }
}
var hasOpen = ({ dispatches }) => Object.keys(dispatches).length > 0;
var isDispatchId = (value) => typeof value === "string" && DISPATCH_ID.test(value);
function agentIn(response) {
  const text = typeof response === "string" ? response : JSON.stringify(response ?? null);
  return /(?:resumedAgentId|agentId)["'\\:\s]+([\w-]+)/.exec(text)?.[1];
}
await main().catch(() => void 0);
