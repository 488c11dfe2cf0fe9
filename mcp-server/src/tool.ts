import { z } from 'zod';
import type { Caller } from '@/lib/services/identity/caller';
import type { InboxWatch } from '@/lib/services/messages/inbox-watch';

/** What a tool's code gets beside its arguments. It knows no transport and no protocol. */
export interface ToolCall {
  caller: Caller;
  watch: InboxWatch;
  /** Ends when nobody waits for the result any more. */
  signal: AbortSignal;
}

/** Hints for clients; every one is said, for what is left out counts as the worst. A viewer may call what only reads. */
interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** One tool, whatever it is served through. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** `verb_noun`, without any client's prefix. */
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  annotations: ToolHints;
  /** When it succeeds, the caller's dispatch is over. */
  endsDispatch?: true;
  /** It spends its time waiting, not working. */
  waits?: true;
  /** Its result carries texts; clients that cut long results are told how long it may be. */
  isLong?: true;
  run(call: ToolCall, input: z.output<Input>): Promise<z.input<Output>>;
}

/** Keeps a tool's types while it is put into the list of tools. */
export const defineTool = <Input extends z.ZodObject, Output extends z.ZodObject>(tool: Tool<Input, Output>): Tool =>
  tool as unknown as Tool;

export const READS: ToolHints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
/** Adds something; told the same twice it adds twice, unless an idempotencyKey says that it is the same. */
export const CREATES: ToolHints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};
/** Told the same twice, it changes nothing the second time. */
export const SETTLES: ToolHints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

const MAX_KEY_CHARACTERS = 200;

const dispatch = z
  .string()
  .max(MAX_KEY_CHARACTERS)
  .optional()
  .describe('The dispatch key of your prompt (dk_…): says who you are. Pass it in every call');

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'wants 1 to 200 printable characters without spaces')
  .optional()
  .describe(
    'A word of your own for this one act: repeating the call with it creates nothing twice, and with other arguments is refused',
  );

export const input = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...shape, dispatch });
export const creatingInput = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, dispatch, idempotencyKey });
