/**
 * What children inherit: everything, since capability lives in this session, but not what opens the whole plane. The
 * session's own token goes along: an MCP connection wants one, and what it may write the dispatch key decides.
 */
const KEPT_BACK = ['SWITCHBOARD_ADMIN_TOKEN', 'MONGODB_URI'];
/** Set for ourselves at the start; an agent's `npm install` would leave out what its tests need. */
const OURS = ['NODE_ENV', 'NEXT_TELEMETRY_DISABLED'];

export type Environment = Record<string, string | undefined>;

export function childEnvironment(env: Environment, { url, token }: { url: string; token: string }): Environment {
  const inherited = Object.entries(env).filter(([name]) => ![...KEPT_BACK, ...OURS].includes(name));
  return {
    ...Object.fromEntries(inherited),
    SWITCHBOARD_URL: url,
    SWITCHBOARD_MCP_URL: `${url}/mcp`,
    SWITCHBOARD_TOKEN: token,
  };
}
