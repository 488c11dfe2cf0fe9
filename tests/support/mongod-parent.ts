import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { programFrom } from './program';

/** A process that starts the embedded server like `npm start` does, so that a test can kill it. */
export interface MongodParent {
  uri: string;
  mongodPid: number;
  kill: (signal: NodeJS.Signals) => Promise<void>;
  /** To the whole process group, as a terminal does on Ctrl-C. */
  killGroup: (signal: NodeJS.Signals) => Promise<void>;
}

const PROGRAM = `
  import { startEmbedded } from '@/lib/server/mongod/start-embedded';
  import { createLogger } from '@/lib/telemetry/logger';
  process.once('SIGUSR2', () => { throw new Error('crash on purpose'); });
  const [binaryPath, dataDir] = process.argv.slice(2);
  const mongod = await startEmbedded({ binaryPath, dataDir, log: createLogger({ name: 'parent' }) });
  process.stdout.write(JSON.stringify({ uri: mongod.uri, mongodPid: mongod.pid }) + '\\n');
  setInterval(() => {}, 60_000);
`;

export async function spawnMongodParent(binaryPath: string, dataDir: string): Promise<MongodParent> {
  const program = await programFrom('mongod-parent', PROGRAM);
  const child = spawn(process.execPath, [program, binaryPath, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const closed = once(child, 'close');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const end = async (pid: number, signal: NodeJS.Signals): Promise<void> => {
    process.kill(pid, signal);
    await closed;
  };
  const pid = child.pid ?? 0;
  return {
    ...(JSON.parse(line) as { uri: string; mongodPid: number }),
    kill: signal => end(pid, signal),
    killGroup: signal => end(-pid, signal),
  };
}
