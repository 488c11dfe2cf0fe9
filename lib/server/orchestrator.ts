import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { createLogger } from '@/lib/telemetry/logger';
import { parseConfig } from './config';
import { childEnvironment } from './orchestrator/child-environment';
import { claudeProgram } from './orchestrator/claude-program';
import { connect, type Connection } from './orchestrator/connection';
import { holdConsumerName } from './orchestrator/consumer-name';
import { parseCommand } from './orchestrator/options';
import { Orchestrator } from './orchestrator/orchestrator';
import { shellProgram } from './orchestrator/program';
import { watchRefusal } from './orchestrator/refusal';
import { requireProgram } from './orchestrator/require-program';

/** `npm run orchestrator -- --exec 'COMMAND'`: claims work and runs one child process for each dispatch. */

/** sysexits' EX_NOPERM: the token was revoked or expired while we ran. */
const REFUSED_EXIT = 77;
/** Whatever still hangs then is not worth a supervisor's SIGKILL. */
const LONGEST_STOP_MS = 9_500;

const command = parseCommand(process.argv.slice(2));
const config = parseConfig(process.env);
const secrets = [config.token, config.adminToken].filter(secret => secret !== undefined);
const log = createLogger({ name: 'orchestrator', level: config.logLevel, secrets });

// Before anything is claimed there is nothing to end.
let stop = (code: number): void => process.exit(code);
// A terminal that closes sends the last of them.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(0));

requireProgram(command.exec, process.env);
const connection = await connect({
  config,
  onWaiting: error => log.warn({ err: error }, 'the server does not answer yet'),
});
const consumer = holdConsumerName(config.dataDir, command.consumer, connection.me.id);
const orchestrator = build(connection);
stop = stopOnce();
const { capacity, types } = command;
log.info({ consumer: consumer.name, url: connection.url, capacity, types }, 'started');
orchestrator.start();

function build({ url, token, client }: Connection): Orchestrator {
  const calls = dispatchCalls(client);
  return new Orchestrator({
    url,
    token,
    consumer: consumer.name,
    ownClaims: consumer.claims,
    capacity: command.capacity,
    agentTypes: command.types,
    program: claudeProgram(command.exec, { calls, log }) ?? shellProgram(command.exec),
    env: childEnvironment(process.env, { url, token }),
    calls,
    log,
    onRefused: stream => void watchRefusal({ client, stream, log, onFatal: () => stop(REFUSED_EXIT) }),
  });
}

/** The first call ends everything in good order, a second one skips the wait for children. */
function stopOnce(): (code: number) => void {
  const hurry = new AbortController();
  let stopping = false;
  return code => {
    if (stopping) return hurry.abort();
    stopping = true;
    log.info('stopping');
    const exit = (exitCode: number): never => {
      consumer.release();
      log.info('stopped');
      process.exit(exitCode);
    };
    setTimeout(() => exit(code), LONGEST_STOP_MS).unref();
    void orchestrator.stop(hurry.signal).then(
      () => exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'stopping failed');
        exit(1);
      },
    );
  };
}
