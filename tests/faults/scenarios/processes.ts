import type { Scenario } from '../rig/scenario';
import { crashOrchestrator } from './crash-orchestrator';
import { crashWeb } from './crash-web';
import { due10k } from './due-10k';
import { freezeOrchestrator } from './freeze-orchestrator';
import { killEverything } from './kill-everything';
import { scaleOrchestrators } from './scale-orchestrators';

/** What is done to the product's own processes; the database stays whole, but for the last. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [
  crashWeb,
  crashOrchestrator,
  freezeOrchestrator,
  due10k,
  scaleOrchestrators,
  killEverything,
];
