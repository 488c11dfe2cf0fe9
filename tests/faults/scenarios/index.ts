import type { Scenario } from '../rig/scenario';
import { clockSkew } from './clock-skew';
import { frozenPrimaryLong } from './frozen-primary';
import { frozenSecondary } from './frozen-secondary';
import { killPrimary } from './kill-primary';
import { noMajority } from './no-majority';
import { PROCESS_SCENARIOS } from './processes';
import { startInElection } from './start-in-election';
import { stepDown } from './step-down';
import { strangePositionsScenario } from './strange-positions';
import { upgradedPipeline } from './upgraded-pipeline';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  killPrimary,
  stepDown,
  frozenPrimaryLong,
  frozenSecondary,
  noMajority,
  startInElection,
  strangePositionsScenario,
  upgradedPipeline,
  clockSkew,
  ...PROCESS_SCENARIOS,
];
