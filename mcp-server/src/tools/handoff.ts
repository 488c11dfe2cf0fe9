import { Id } from '@/lib/domain/fields';
import { handoffFields } from '@/lib/domain/report/schema';
import { z } from 'zod';
import { handOff } from '@/lib/services/reports/hand-off';
import { readHandoff } from '@/lib/services/reports/read-reports';
import { once } from '../once';
import { CREATES, creatingInput, defineTool } from '../tool';

export const handoffTool = defineTool({
  name: 'handoff',
  title: 'Hand over inputs',
  description:
    'For a run’s planner: gives a task what it needs before it starts; its worker gets it word for word. `inputs` must have ' +
    'something under the name of every deliverable that the tasks it depends on declare. A later handover replaces it.',
  input: creatingInput({ taskId: Id, ...handoffFields }),
  output: z.object({ id: Id, taskId: Id, inputs: z.array(z.string()).describe('Names handed over') }),
  annotations: CREATES,
  run: async (call, input) => {
    const { id, taskId, inputs } = await once(call, 'handoff', input, {
      create: recordId => handOff(call.caller, input, recordId),
      readBack: reportId => readHandoff(call.caller, reportId),
    });
    return { id, taskId, inputs: Object.keys(inputs) };
  },
});
