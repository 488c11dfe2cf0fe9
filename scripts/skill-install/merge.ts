import type { Merged } from './changes';
import { isObject, type JsonObject } from './json-file';

/** What the turns that the doorbell starts need; a skill's own grant ends with the turn that called it. */
export const ALLOW_RULES = [
  'Bash(node *skills/orchestrator/scripts/*)',
  'mcp__switchboard',
  'Agent',
  'SendMessage',
  'TaskStop',
  'Monitor',
  'Skill(orchestrator)',
];
export const SERVER_KEY = 'switchboard';

const part = (value: JsonObject, key: string): JsonObject => (isObject(value[key]) ? value[key] : {});

export function mergeAllowRules(settings: JsonObject): Merged {
  const permissions = part(settings, 'permissions');
  const allow: unknown[] = Array.isArray(permissions['allow']) ? permissions['allow'] : [];
  const missing = ALLOW_RULES.filter(rule => !allow.includes(rule));
  if (missing.length === 0) return { value: settings, notes: [] };
  const value = { ...settings, permissions: { ...permissions, allow: [...allow, ...missing] } };
  return { value, notes: missing.map(rule => `allow ${rule}`) };
}

/** What Claude Code calls by itself: before and after an agent's start, after each tool it uses, at the end of its turn. */
const HOOK_SCRIPT = 'skills/orchestrator/scripts/hook.mjs';
const HOOK = `node "$CLAUDE_PROJECT_DIR"/.claude/${HOOK_SCRIPT}`;
const HOOK_RULE = { hooks: [{ type: 'command', command: HOOK }] };
const HOOK_RULES: Record<string, JsonObject> = {
  PreToolUse: { matcher: 'Agent|SendMessage', ...HOOK_RULE },
  PostToolUse: HOOK_RULE,
  SubagentStop: HOOK_RULE,
};

export function mergeHooks(settings: JsonObject): Merged {
  const hooks = part(settings, 'hooks');
  const rulesOf = (event: string): unknown[] => (Array.isArray(hooks[event]) ? hooks[event] : []);
  const isThere = (event: string, ours: JsonObject) =>
    rulesOf(event).some(rule => JSON.stringify(rule) === JSON.stringify(ours));
  const missing = Object.entries(HOOK_RULES).filter(([event, ours]) => !isThere(event, ours));
  if (missing.length === 0) return { value: settings, notes: [] };
  // An older one of ours was called for less.
  const added = missing.map(([event, ours]) => [event, [...rulesOf(event).flatMap(withoutOurs), ours]] as const);
  const value = { ...settings, hooks: { ...hooks, ...Object.fromEntries(added) } };
  return { value, notes: missing.map(([event]) => `hook ${event}`) };
}

/** A rule may hold a hook of somebody else beside ours: that stays. */
function withoutOurs(rule: unknown): unknown[] {
  if (!isObject(rule) || !Array.isArray(rule['hooks'])) return [rule];
  const hooks = rule['hooks'].filter(hook => !JSON.stringify(hook).includes(HOOK_SCRIPT));
  if (hooks.length === rule['hooks'].length) return [rule];
  return hooks.length === 0 ? [] : [{ ...rule, hooks }];
}

/** The address is the project's; the token comes from the session's environment, for this file is committed. */
export function mergeMcpServer(file: JsonObject, url: string): Merged {
  const servers = part(file, 'mcpServers');
  const before = part(servers, SERVER_KEY);
  const headers = { ...part(before, 'headers'), Authorization: 'Bearer ${SWITCHBOARD_TOKEN}' };
  const server = { ...before, type: 'http', url: `${url}/mcp`, headers };
  return { value: { ...file, mcpServers: { ...servers, [SERVER_KEY]: server } }, notes: [`server ${SERVER_KEY}`] };
}

export function mergeEnvironment(settings: JsonObject, { url, token }: { url: string; token: string }): Merged {
  const env = { ...part(settings, 'env'), SWITCHBOARD_URL: url, SWITCHBOARD_TOKEN: token };
  const enabled: unknown[] = Array.isArray(settings['enabledMcpjsonServers']) ? settings['enabledMcpjsonServers'] : [];
  const servers = enabled.includes(SERVER_KEY) ? enabled : [...enabled, SERVER_KEY];
  return {
    value: { ...settings, env, enabledMcpjsonServers: servers },
    notes: ['env SWITCHBOARD_URL SWITCHBOARD_TOKEN', `server ${SERVER_KEY} approved`],
  };
}
