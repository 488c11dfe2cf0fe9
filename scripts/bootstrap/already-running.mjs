import { lockHolder } from '../../lib/server/file-lock.mjs';
import { StepFailed } from './child.mjs';
import { inRoot } from './root.mjs';

/**
 * A look before anything is built: a build under a server that runs would pull its pages from under it. The server
 * itself takes the lock (lib/server/run-file.ts), so that of two starts at the same instant one still loses.
 */
export function refuseBesideRunning() {
  const folder = process.env.SWITCHBOARD_DATA?.trim() || '.switchboard';
  let holder;
  try {
    holder = lockHolder(inRoot(folder), 'instance');
  } catch (error) {
    if (error.code === undefined) throw error;
    throw new StepFailed(
      `SWITCHBOARD_DATA: got ${folder}, wanted a folder that this user may write to (${error.code}).`,
    );
  }
  if (holder === null) return;
  throw new StepFailed(
    `Switchboard already runs on ${folder} (pid ${holder.pid}). Its link: npm run login. ` +
      'Stop it first, or start this one with another SWITCHBOARD_DATA, PORT and MCP_PORT.',
  );
}
