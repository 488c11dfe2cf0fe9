'use client';
import { Button } from '@heroui/react/button';
import { Pause, Play } from 'lucide-react';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import { usePauseAgent } from '../_agents/use-pause-agent';

export function PauseButton({ agent }: { agent: AgentType }) {
  const pause = usePauseAgent();
  const word = agent.paused ? 'Resume' : 'Pause';
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-label={`${word} ${agent.slug}`}
      isPending={pause.isPending}
      onPress={() => pause.mutate(agent)}
    >
      {agent.paused ? <Play /> : <Pause />} <span className="hidden sm:inline">{word}</span>
    </Button>
  );
}
