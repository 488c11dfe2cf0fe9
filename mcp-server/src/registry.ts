import { z } from 'zod';
import type { Tool } from './tool';
import { acknowledgeTool } from './tools/acknowledge';
import { askTool } from './tools/ask';
import { createRunTool } from './tools/create-run';
import { getContextTool } from './tools/get-context';
import { getRunTool } from './tools/get-run';
import { getTaskTool } from './tools/get-task';
import { handoffTool } from './tools/handoff';
import { heartbeatTool } from './tools/heartbeat';
import { listAgentTypesTool } from './tools/list-agent-types';
import { listInboxTool } from './tools/list-inbox';
import { listReportsTool } from './tools/list-reports';
import { listTasksTool } from './tools/list-tasks';
import { markDoneTool } from './tools/mark-done';
import { planTasksTool } from './tools/plan-tasks';
import { raiseBlockerTool } from './tools/raise-blocker';
import { readThreadTool } from './tools/read-thread';
import { replyTool } from './tools/reply';
import { reportProgressTool } from './tools/report-progress';
import { searchMessagesTool } from './tools/search-messages';
import { sendMessageTool } from './tools/send-message';
import { submitResultTool } from './tools/submit-result';
import { waitForMessageTool } from './tools/wait-for-message';

/** In the order they are listed, which clients cache and so must not change by itself. */
export const TOOLS: readonly Tool[] = [
  sendMessageTool,
  replyTool,
  askTool,
  listInboxTool,
  readThreadTool,
  searchMessagesTool,
  acknowledgeTool,
  waitForMessageTool,
  listAgentTypesTool,
  getContextTool,
  reportProgressTool,
  heartbeatTool,
  markDoneTool,
  submitResultTool,
  createRunTool,
  getRunTool,
  planTasksTool,
  listTasksTool,
  getTaskTool,
  listReportsTool,
  handoffTool,
  raiseBlockerTool,
];

const BY_NAME = new Map(TOOLS.map(tool => [tool.name, tool]));
export const findTool = (name: string): Tool | undefined => BY_NAME.get(name);

type JsonSchema = Record<string, unknown> & { type: 'object' };

export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  annotations: Tool['annotations'] & { title: string };
  _meta?: Record<string, unknown>;
}

/** Claude Code cuts results at 25,000 tokens unless a tool asks for more; pages and contexts are bounded well below this. */
const LONG_RESULT = { 'anthropic/maxResultSizeChars': 400_000 };

/**
 * Without `$schema`: some clients know one dialect by its URL and refuse all others. And without what a model need not
 * read: a date's pattern says no more than its format, and the bounds of JSON's own integers nothing at all.
 */
function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: part }) => {
      if (part.format === 'date-time') delete part.pattern;
      if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
      if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum;
    },
  });
  return json as JsonSchema;
}

/** Made once: a server is built for every HTTP request. */
export const LISTED: readonly ListedTool[] = TOOLS.map(
  ({ name, title, description, input, output, annotations, isLong }) => ({
    name,
    title,
    description,
    inputSchema: jsonSchema(input, 'input'),
    outputSchema: jsonSchema(output, 'output'),
    annotations: { title, ...annotations },
    ...(isLong ? { _meta: LONG_RESULT } : {}),
  }),
);

const OUTPUT_SCHEMAS = new Map(LISTED.map(({ name, outputSchema }) => [name, outputSchema]));
export const outputSchemaOf = (name: string): JsonSchema | undefined => OUTPUT_SCHEMAS.get(name);
