import type { Dispatch } from '@/lib/domain/dispatch/schema';

/** What the Agent tool takes as `model`; a full id cannot be enforced through it. */
const AGENT_TOOL_MODELS: readonly string[] = ['opus', 'sonnet', 'haiku'];

/** Whether the Agent tool can hold an agent to its type's model and tools: it takes an alias, and no list of tools. */
export const enforcedByCall = ({ model, tools }: Dispatch['agentType']): { model: boolean; tools: boolean } => ({
  model: model === 'inherit' || AGENT_TOOL_MODELS.includes(model),
  tools: tools.length === 0,
});

export type SpawnAdvice =
  | {
      tool: 'Agent';
      name: string;
      description: string;
      run_in_background: true;
      model?: string;
      /** The type itself, as `agents:sync` wrote it. */
      subagent_type?: string;
    }
  | { tool: 'SendMessage'; to: string };

/** The call that starts, or goes on with, the agent of a dispatch; the dispatch's `prompt` is its prompt or message. */
export function spawnAdvice(dispatch: Dispatch, known: boolean, synced: boolean): SpawnAdvice {
  if (dispatch.mode === 'resume' && known) return { tool: 'SendMessage', to: dispatch.agentId ?? dispatch.id };
  const { slug, model } = dispatch.agentType;
  return {
    tool: 'Agent',
    name: dispatch.id,
    // All that the notification of its end tells of it: the name is not in there.
    description: `${slug} ${dispatch.id}`,
    run_in_background: true,
    ...(AGENT_TOOL_MODELS.includes(model) ? { model } : {}),
    ...(synced ? { subagent_type: slug } : {}),
  };
}
