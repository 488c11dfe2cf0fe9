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

/** What Claude Code calls by itself: the start and the end of each turn of an agent. */
const HOOK = 'node "$CLAUDE_PROJECT_DIR"/.claude/skills/orchestrator/scripts/hook.mjs';
const HOOKS: Record<string, string | null> = { PostToolUse: 'Agent|SendMessage', SubagentStop: null };

export function mergeHooks(settings: JsonObject): Merged {
  const hooks = part(settings, 'hooks');
  const missing = Object.keys(HOOKS).filter(event => !JSON.stringify(hooks[event] ?? null).includes('/hook.mjs'));
  if (missing.length === 0) return { value: settings, notes: [] };
  const added = missing.map(event => {
    const before: unknown[] = Array.isArray(hooks[event]) ? hooks[event] : [];
    const matcher = HOOKS[event];
    const rule = { ...(matcher ? { matcher } : {}), hooks: [{ type: 'command', command: HOOK }] };
    return [event, [...before, rule]] as const;
  });
  const value = { ...settings, hooks: { ...hooks, ...Object.fromEntries(added) } };
  return { value, notes: missing.map(event => `hook ${event}`) };
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
