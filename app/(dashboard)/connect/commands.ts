export interface Recipe {
  id: string;
  title: string;
  /** Which role its token wants. */
  role: 'agent' | 'orchestrator' | 'viewer' | 'controller';
  note: string;
  steps: { label: string; code: string }[];
}

/** Ready commands; `token` is the one just made, or a placeholder that says what to put there. */
export function recipesFor(origin: string, token: string): Recipe[] {
  return [
    {
      id: 'claude-code',
      title: 'Claude Code',
      role: 'orchestrator',
      note: 'Messaging tools for every agent of the session, and the skill that claims work and spawns agents.',
      steps: [
        {
          label: 'Add the MCP server',
          code: `claude mcp add --transport http switchboard ${origin}/mcp --header "Authorization: Bearer ${token}"`,
        },
        {
          label: 'Install the skill into a project, from the clone of Switchboard',
          code: `SWITCHBOARD_URL=${origin} SWITCHBOARD_TOKEN=${token} npm run skill:install -- /path/to/your/project`,
        },
        { label: 'Then, in Claude Code', code: '/orchestrator' },
      ],
    },
    {
      id: 'mcp',
      title: 'Another MCP client',
      role: 'agent',
      note: 'Streamable HTTP; for stdio, npm run --silent mcp with the token in SWITCHBOARD_TOKEN.',
      steps: [
        {
          label: 'Configuration',
          code: JSON.stringify(
            {
              mcpServers: {
                switchboard: { type: 'http', url: `${origin}/mcp`, headers: { Authorization: `Bearer ${token}` } },
              },
            },
            null,
            2,
          ),
        },
      ],
    },
    {
      id: 'headless',
      title: 'Headless orchestrator',
      role: 'orchestrator',
      note: 'One child process a dispatch: the dispatch as JSON on its stdin, its stdout is the output.',
      steps: [
        {
          label: 'With Claude',
          code: `SWITCHBOARD_URL=${origin} SWITCHBOARD_TOKEN=${token} npm run orchestrator -- --exec claude`,
        },
        {
          label: 'With any command',
          code: `SWITCHBOARD_URL=${origin} SWITCHBOARD_TOKEN=${token} npm run orchestrator -- --exec 'node my-agent.js' --capacity 4`,
        },
      ],
    },
    ...byCurl(origin, token),
  ];
}

function byCurl(origin: string, token: string): Recipe[] {
  return [
    {
      id: 'events',
      title: 'The events, by curl',
      role: 'viewer',
      note: 'Server-sent events. Send the last id back as Last-Event-ID and nothing is missed.',
      steps: [{ label: 'Follow everything', code: `curl -N -H "Authorization: Bearer ${token}" ${origin}/api/events` }],
    },
    {
      id: 'message',
      title: 'A message, by curl',
      role: 'controller',
      note: 'Work for an agent type; its thread shows who claims it and what comes back.',
      steps: [
        {
          label: 'Send a message',
          code: `curl -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" ${origin}/api/messages -d '{"assignedTo":"research","body":"hello"}'`,
        },
      ],
    },
  ];
}
