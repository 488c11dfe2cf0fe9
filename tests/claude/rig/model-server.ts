import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in for the model behind Claude Code: the client is real, only what the model says is scripted. */

export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> };

export interface Content {
  type: string;
  text?: string;
  tool_use_id?: string;
  is_error?: boolean;
  name?: string;
  input?: Record<string, unknown>;
  content?: string | Content[];
}

export interface ModelRequest {
  model: string;
  messages: { role: 'user' | 'assistant'; content: string | Content[] }[];
  tools: string[];
}

export type Policy = (request: ModelRequest) => Block[] | Promise<Block[]>;

let made = 0;
export const call = (name: string, input: Record<string, unknown>): Block => {
  made += 1;
  return { type: 'tool_use', id: `toolu_${made}`, name, input };
};
export const say = (text: string): Block => ({ type: 'text', text });

/** Answers `POST /v1/messages` as the policy says, streamed; everything else is not there. */
export class ModelServer {
  readonly requests: { request: ModelRequest; reply: Block[]; atMs: number }[] = [];
  readonly failures: unknown[] = [];

  private constructor(private readonly server: Server) {}

  static async start(policy: Policy): Promise<ModelServer> {
    const server = createServer((request, response) => {
      let raw = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (raw += chunk));
      request.on('end', () => {
        const isMessage = request.method === 'POST' && /^\/v1\/messages(\?|$)/.test(request.url ?? '');
        if (!isMessage) return void response.writeHead(404).end('{}');
        void model.#answer(JSON.parse(raw) as RawRequest, policy, response);
      });
    });
    const model = new ModelServer(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  async #answer(raw: RawRequest, policy: Policy, response: ServerResponse): Promise<void> {
    const request = { model: raw.model, messages: raw.messages, tools: (raw.tools ?? []).map(({ name }) => name) };
    try {
      const reply = await policy(request);
      this.requests.push({ request, reply, atMs: Date.now() });
      stream(response, raw.model, reply);
    } catch (error) {
      this.failures.push(error);
      response.writeHead(400, { 'content-type': 'application/json' }).end('{}');
    }
  }
}

interface RawRequest extends Omit<ModelRequest, 'tools'> {
  tools?: { name: string }[];
}

function stream(response: ServerResponse, model: string, blocks: Block[]): void {
  made += 1;
  const event = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const usage = { input_tokens: 10, output_tokens: 1 };
  event('message_start', {
    message: {
      id: `msg_${made}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });
  for (const [index, block] of blocks.entries()) {
    const isText = block.type === 'text';
    event('content_block_start', { index, content_block: isText ? say('') : { ...block, input: {} } });
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    event('content_block_delta', { index, delta });
    event('content_block_stop', { index });
  }
  const stopReason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  event('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 20 } });
  event('message_stop', {});
  response.end();
}

export const textOf = (content: string | Content[] | undefined): string =>
  typeof content === 'string'
    ? content
    : (content ?? [])
        .map(block =>
          block.type === 'text' ? (block.text ?? '') : block.type === 'tool_result' ? textOf(block.content) : '',
        )
        .join('\n');

/** All that came since the model last spoke: the client adds reminders of its own behind what a tool answered. */
const newsIn = ({ messages }: ModelRequest): (string | Content[])[] =>
  messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1).map(({ content }) => content);

export const newTextOf = (request: ModelRequest): string => newsIn(request).map(textOf).join('\n');

export const resultsOf = (request: ModelRequest): string[] =>
  newsIn(request).flatMap(content =>
    Array.isArray(content) ? content.filter(({ type }) => type === 'tool_result').map(block => textOf([block])) : [],
  );
