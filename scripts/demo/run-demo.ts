import type { Project } from '@/lib/domain/project/schema';
import type { Me } from '@/lib/domain/identity/schema';
import { must } from '@/lib/kernel/assert';
import { systemClock } from '@/lib/kernel/clock';
import { openEventStream } from '@/lib/sdk/event-stream';
import type { Config } from '@/lib/server/config';
import { createLogger } from '@/lib/telemetry/logger';
import { Board, openQuestion } from './board';
import { cancelDead, cancelUnended } from './clean-up';
import { connect, issueTeamToken, type Connection } from './connect';
import { ensurePlace } from './ensure-place';
import { Narrator } from './narrator';
import type { DemoOptions } from './options';
import { CAPACITY, FAST, ROUND_LIMIT_MS, WATCHABLE, type Pace } from './pace';
import { preflight } from './preflight';
import { report } from './report';
import { roundOf, TEAM } from './script';
import { settle } from './settle';
import { makeTeam, shellCommand } from './team';
import { writeBeat } from './write-beat';

export interface RunDemo {
  options: DemoOptions;
  config: Config;
  /** This very program, for the agents. */
  programPath: string;
  print(line: string): void;
  /** Somebody has seen enough. */
  signal: AbortSignal;
}

/** One evening of the team, from the first line to the table. Resolves with the exit code. */
export async function runDemo({ options, config, programPath, print, signal }: RunDemo): Promise<number> {
  const connection = await connect(config);
  const { client, url } = connection;
  if (!options.anyway) await preflight(client);
  const place = await ensurePlace(client);
  const pace = options.fast ? FAST : WATCHABLE;
  const command = shellCommand(process.execPath, programPath, '--agent', '--step-ms', String(pace.stepMs));
  const token = await issueTeamToken(client);
  const log = createLogger({ name: 'demo', level: config.logLevel, secrets: [connection.token, token.token] });
  const team = makeTeam({ url, admin: client, token, command: `exec ${command}`, log });
  const project = must(place.at(-1), 'the demo has a project');
  const board = new Board(client, project.id, team.consumer, token.createdAt);
  const narrator = new Narrator(client, print);
  for (const line of opening(url, place, team.consumer)) print(line);
  const events = await follow(connection, must(place[0], 'the demo has a client'), narrator);
  let isWhole = false;
  try {
    team.start();
    isWhole = await play({ client, board, narrator, pace, options, projectId: project.id, signal });
  } finally {
    if (signal.aborted) narrator.note('stops: running work goes back');
    await team.stop();
    const cancelled = signal.aborted ? await cancelUnended(client, board) : await cancelDead(client, board);
    if (cancelled > 0)
      narrator.note(`cancelled ${cancelled}: ${signal.aborted ? 'not ended' : 'failed for good, as meant'}`);
    await events.stop();
    await narrator.finished();
  }
  print(`\n${await report(client, board)}`);
  return isWhole || signal.aborted ? 0 : 1;
}

const opening = (url: string, place: readonly Project[], consumer: string): string[] => [
  `Demo on ${url}. The agents are plain programs without any model, and say so in every answer.`,
  `Place: ${place.map(({ kind, name }) => `${kind} ${name}`).join(' › ')}  ${url}/projects/${place.at(-1)?.id}`,
  `Team:  ${TEAM.join(', ')}; orchestrator ${consumer}, ${CAPACITY} at once`,
  `Watch: ${url}/`,
  '',
];

/** From a position read before anything is written, so that no line is missed. */
async function follow({ client, url, token }: Connection, { slug }: Project, narrator: Narrator) {
  const { cursor } = await client.read<Me>('/api/auth/me');
  return openEventStream({
    baseUrl: url,
    token,
    filter: { client: slug },
    ...(cursor === null ? {} : { after: cursor }),
    onEvent: event => narrator.hear(event),
  });
}

interface Play {
  client: Connection['client'];
  board: Board;
  narrator: Narrator;
  pace: Pace;
  options: DemoOptions;
  projectId: string;
  signal: AbortSignal;
}

/** Whether all that was begun has ended. */
async function play(parts: Play): Promise<boolean> {
  const { board, narrator, pace, options, signal } = parts;
  for (let number = 1; number <= options.rounds && !signal.aborted; number += 1) {
    if (number > 1) await systemClock.sleep(pace.betweenRoundsMs, signal);
    await writeRound(number, parts);
    const open = await settle(board, { limitMs: ROUND_LIMIT_MS, signal });
    if (open.length === 0) continue;
    if (!signal.aborted) narrator.note(`gives up after ${ROUND_LIMIT_MS / 1_000} s: ${open.length} have not ended`);
    return false;
  }
  await stay(parts);
  return true;
}

async function writeRound(number: number, { client, narrator, pace, projectId, signal }: Play): Promise<void> {
  for (const beats of roundOf(number)) {
    for (const beat of beats) {
      if (signal.aborted) return;
      const { threadId, to, what } = await writeBeat(client, projectId, beat);
      narrator.wrote(to, what, threadId);
    }
    await systemClock.sleep(pace.gapMs, signal);
  }
}

/** The team is there while a person may answer; without it the answer would wait for the next demo. */
async function stay({ client, board, narrator, options, signal }: Play): Promise<void> {
  const question = (await board.read()).flatMap(view => openQuestion(view) ?? [])[0];
  if (question === undefined || options.staySeconds === 0 || signal.aborted) return;
  const where = `${client.baseUrl}/threads/${question.threadId}`;
  narrator.note(
    `a question waits for you: ${where}  The team stays ${options.staySeconds} s for it; Ctrl-C ends it now`,
  );
  await settle(board, { limitMs: options.staySeconds * 1_000, isAnswerWanted: true, signal });
}
