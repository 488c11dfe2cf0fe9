import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import type { Stats } from '@/lib/domain/stats/schema';
import type { Client } from '@/lib/sdk/client';
import { openQuestion, unended, type Board, type ThreadView } from './board';

/** What happened, as the API tells it. */
export async function report(client: Client, board: Board): Promise<string> {
  const views = await board.read();
  const calls = await board.toolCalls(views);
  const stats = await client.get<Stats>('/api/stats');
  const dispatches = views.flatMap(view => view.dispatches);
  const messages = views.flatMap(view => view.messages);
  const tasks = views.flatMap(view => view.tasks);
  return [
    table([HEAD, ...views.map(rowOf)]),
    '',
    `threads     ${views.length}`,
    `messages    ${counted(messages.map(({ kind }) => kind))}`,
    `tasks       ${counted(tasks.map(({ status }) => status))}`,
    `dispatches  ${counted(dispatches.map(({ status }) => status))}; ${dispatches.filter(isRetry).length} of them a retry`,
    `tool calls  ${counted(calls.map(({ status }) => status))}`,
    `to claim    ${percentiles(stats)}`,
    ...views.flatMap(view => waitingFor(client, view)),
  ].join('\n');
}

const HEAD = ['thread', 'priority', 'ended', 'dispatches', 'messages'];

function rowOf(view: ThreadView): string[] {
  const { thread, dispatches, messages } = view;
  return [thread.title, thread.priority, endOf(view), String(dispatches.length), String(messages.length)];
}

/** Of what people asked for in it: the first message, or the tasks. */
function endOf(view: ThreadView): string {
  if (openQuestion(view)) return 'waits for you';
  if (unended(view).length > 0) return 'not yet';
  const work = view.tasks.length > 0 ? view.tasks : view.messages.slice(0, 1);
  return [...new Set(work.map(({ status }) => status))].join(', ');
}

const isRetry = ({ attempt }: DispatchRecord): boolean => attempt > 1;

function counted(words: readonly string[]): string {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  const parts = [...times].toSorted((a, b) => b[1] - a[1]).map(([word, n]) => `${n} ${word}`);
  return parts.length === 0 ? '0' : `${words.length}: ${parts.join(', ')}`;
}

function percentiles({ latencyMs, windowSeconds }: Stats): string {
  const hop = latencyMs.storedToClaimed;
  if (hop === null) return 'no data';
  return `p50 ${ms(hop.p50)}, p99 ${ms(hop.p99)} (n = ${hop.count}, of everybody, last ${Math.round(windowSeconds / 60)} min)`;
}

const ms = (value: number): string => `${Math.round(value)} ms`;

function waitingFor(client: Client, view: ThreadView): string[] {
  const question = openQuestion(view);
  if (question === undefined) return [];
  const [line = ''] = question.body.split('\n');
  return [
    '',
    `A question waits for you: ${line}`,
    `Answer it in the page: ${client.baseUrl}/threads/${view.thread.id}`,
  ];
}

const GAP = '  ';

function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}
