import { beat } from '@/lib/services/dispatches/report-progress';
import { Alive } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const heartbeatTool = defineTool({
  name: 'heartbeat',
  title: 'Keep my dispatch alive',
  description:
    'Extends the lease of your dispatch. Heartbeats are sent for you where an orchestrator runs you; they show that you ' +
    'live, only `report_progress` shows that you move.',
  input: input({}),
  output: Alive,
  annotations: SETTLES,
  run: ({ caller }) => beat(caller),
});
