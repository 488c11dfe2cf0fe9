import { z } from 'zod';
import { Id } from '@/lib/domain/fields';
import { ContextStep, ProjectContext } from '@/lib/domain/project/schema';
import { readOwnContext } from '@/lib/services/projects/read-own-context';
import { READS, defineTool, input } from '../tool';

export const getContextTool = defineTool({
  name: 'get_context',
  title: 'Read the context',
  description:
    'What holds for this client, brand and project, outermost first: facts and rules that people wrote for you. ' +
    'Without `projectId`, for the project of your work.',
  input: input({ projectId: Id.optional() }),
  output: z.object({
    steps: z.array(
      z.object({
        id: Id,
        kind: z.string(),
        slug: z.string(),
        name: z.string(),
        context: ContextStep.shape.context,
      }),
    ),
    labels: ProjectContext.shape.labels,
    labelsLeftOut: ProjectContext.shape.labelsLeftOut,
  }),
  annotations: READS,
  isLong: true,
  run: ({ caller }, { projectId }) => readOwnContext(caller, projectId),
});
