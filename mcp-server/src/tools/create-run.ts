import { PATH_FIELDS, type Pathless } from '@/lib/domain/project/schema';
import { CreateRun, Run } from '@/lib/domain/run/schema';
import { openRunAs } from '@/lib/services/runs/as-caller';
import { getRun } from '@/lib/services/runs/read-runs';
import { once } from '../once';
import { CREATES, creatingInput, defineTool } from '../tool';

export const createRunTool = defineTool({
  name: 'create_run',
  title: 'Open a run',
  description:
    'For controllers: opens a run for an intent. Its plan task goes to a planner, who cuts it into tasks for other agent ' +
    'types and is resumed as they end; `get_run` shows how it stands. One open run a `sessionId`. Agents at work do not open runs.',
  input: creatingInput(CreateRun.shape),
  output: Run.omit(PATH_FIELDS),
  annotations: CREATES,
  run: (call, asked) => {
    const { dispatch: _key, idempotencyKey: _word, ...run } = asked;
    return once<Pathless<Run>>(call, 'create_run', asked, {
      create: recordId => openRunAs(call.caller, run, recordId),
      readBack: id => getRun(call.caller.ctx, id),
    });
  },
});
