import { lockHolder } from '../file-lock.mjs';
import { ensureBeat } from './beat-process';
import { isCalled } from './forgotten-work';
import { ownWork } from './own-work';
import { reconcile } from './reconcile';
import { runScript } from './script';
import { toHandIn } from './agent-turns';
import { leased, toStop } from './state';

const HELP = `status: what this session holds, asked from the plane. Run it after a compaction, a restart, or when in doubt.

Usage: node status.mjs

Prints {"consumer", "url", "open": [{id, agentType, phase, epoch, started, …}], "stop": […], "handIn": […], "watch", "beat"}:
  phase   running; waiting (its agent asked, nothing to do); cancel (stop its agent, then fail); lost (stop its agent,
          then fail)
  started  false: no agent was given it (release it, and next claims it anew); null: no hook would tell
  stop    the ids of those to stop, each with why
  handIn  ended agents whose last words nobody handed in: run done with the id alone
  watch   whether the doorbell runs, this session's or another's of this project
  beat    whether the leases are kept
Puts right what it finds: forgets what ended elsewhere, gives back what nobody here works on, restarts the beat.
`;

await runScript(import.meta.url, {
  help: HELP,
  run: async context => {
    const { state, project, consumer, url } = context;
    const records = new Map((await reconcile(context)).map(record => [record.id, record]));
    const current = ownWork()(state.read());
    const held = Object.entries(current.dispatches);
    ensureBeat(context);
    return {
      consumer,
      url,
      open: held.map(([id, one]) => ({
        id,
        agentType: one.agentType,
        phase: one.phase,
        epoch: one.epoch,
        claimedAt: one.claimedAt,
        started: isCalled(one),
        liveness: records.get(id)?.liveness ?? null,
        percent: records.get(id)?.progress?.percent ?? null,
      })),
      stop: toStop(current),
      handIn: toHandIn(current),
      watch: lockHolder(project.folder, 'watch') !== null,
      beat: leased(current).length > 0 || lockHolder(project.folder, 'beat') !== null,
    };
  },
});
