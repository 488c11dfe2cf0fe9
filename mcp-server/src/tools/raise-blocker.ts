import { z } from 'zod';
import { Id } from '@/lib/domain/fields';
import { blockerFields } from '@/lib/domain/report/schema';
import { readAsked, type Asked } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { raiseBlocker } from '@/lib/services/dispatches/questions/raise-blocker';
import { once } from '../once';
import { STOP_AND_WAIT } from '../results';
import { CREATES, creatingInput, defineTool } from '../tool';

export const raiseBlockerTool = defineTool({
  name: 'raise_blocker',
  title: 'Raise a blocker',
  description:
    'Says that your work cannot go on and what it needs, and stops your dispatch until somebody supplies it: inside a run ' +
    'its orchestrator, else a person. After it, make no more calls and end your turn: you are resumed with the answer.',
  input: creatingInput(blockerFields),
  output: z.object({ blockerId: Id, to: z.string(), status: z.literal('waiting'), next: z.string() }),
  annotations: CREATES,
  run: async (call, input) => {
    const { id, to } = await once<Asked>(call, 'raise_blocker', input, {
      create: recordId => raiseBlocker(call.caller, input, recordId),
      readBack: blockerId => readAsked(call.caller, blockerId),
    });
    return { blockerId: id, to, status: 'waiting' as const, ...STOP_AND_WAIT };
  },
});
