import type { Scenario } from '../rig/scenario';
import { connectAbort } from './connect-abort';
import { crashOrchestrator } from './crash-orchestrator';
import { crashWeb } from './crash-web';
import { drop1000Readers } from './drop-1000-readers';
import { due10k } from './due-10k';
import { freezeOrchestrator } from './freeze-orchestrator';
import { killEverything } from './kill-everything';
import { readersThatNeverRead } from './readers-that-never-read';
import { revokeToken } from './revoke-token';
import { scaleOrchestrators } from './scale-orchestrators';
import { stopListeners } from './stop-listeners';

/** What is done to the product's own processes; the database stays whole, but for the last. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  crashWeb,
  crashOrchestrator,
  freezeOrchestrator,
  due10k,
  scaleOrchestrators,
  readersThatNeverRead,
  drop1000Readers,
  connectAbort,
  revokeToken,
  stopListeners,
  killEverything,
];
