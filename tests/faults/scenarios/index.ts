import type { Scenario } from '../rig/scenario';
import { crashWeb } from './crash-web';
import { killPrimary } from './kill-primary';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [killPrimary, crashWeb];
