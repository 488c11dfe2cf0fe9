/**
 * What children inherit: everything, since capability lives in this session, but not what speaks for somebody else
 * than the dispatch. A child writes with its dispatch key.
 */
const KEPT_BACK = ['SWITCHBOARD_TOKEN', 'SWITCHBOARD_ADMIN_TOKEN', 'MONGODB_URI'];
/** Set for ourselves at the start; an agent's `npm install` would leave out what its tests need. */
const OURS = ['NODE_ENV', 'NEXT_TELEMETRY_DISABLED'];

export type Environment = Record<string, string | undefined>;

export function childEnvironment(env: Environment, url: string): Environment {
  const inherited = Object.entries(env).filter(([name]) => ![...KEPT_BACK, ...OURS].includes(name));
  return { ...Object.fromEntries(inherited), SWITCHBOARD_URL: url, SWITCHBOARD_MCP_URL: `${url}/mcp` };
}
