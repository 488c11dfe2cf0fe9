import type { Scenario } from '../rig/scenario';
import { crashWeb } from './crash-web';

/** What is done to the product's own processes; the database stays whole. */
export const PROCESS_SCENARIOS: readonly Scenario[] = [crashWeb];
