import type { Scenario } from '../rig/scenario';
import { clockSkew } from './clock-skew';
import { deleteFlood } from './delete-flood';
import { dropped } from './dropped';
import { frozenPrimary } from './frozen-primary';
import { frozenSecondary } from './frozen-secondary';
import { killPrimary } from './kill-primary';
import { lostHistory } from './lost-history';
import { malformed } from './malformed';
import { noMajority } from './no-majority';
import { PROCESS_SCENARIOS } from './processes';
import { restored } from './restored';
import { startInElection } from './start-in-election';
import { stepDown } from './step-down';
import { strangePositionsMet } from './strange-positions';
import { upgradedPipeline } from './upgraded-pipeline';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  killPrimary,
  stepDown,
  frozenPrimary,
  frozenSecondary,
  noMajority,
  startInElection,
  lostHistory,
  strangePositionsMet,
  upgradedPipeline,
  restored,
  dropped,
  clockSkew,
  malformed,
  deleteFlood,
  ...PROCESS_SCENARIOS,
];
