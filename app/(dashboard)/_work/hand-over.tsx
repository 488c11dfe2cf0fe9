'use client';
import { Button } from '@heroui/react/button';
import { useState } from 'react';
import { SelectField } from '@/app/_ui/select-field';
import { useAgentChoices } from '../_queries/use-agent-types';

interface HandOverProps {
  /** Whose it is now. */
  from: string | undefined;
  isDisabled: boolean;
  onChoose: (slug: string) => void;
}

/** Work that stands still, to an agent that is there. */
export function HandOver({ from, isDisabled, onChoose }: HandOverProps) {
  const [slug, setSlug] = useState('');
  const choices = useAgentChoices().filter(({ value }) => value !== from);
  return (
    <span className="flex min-w-0 items-center gap-1">
      <SelectField
        hideLabel
        label="Hand it over to"
        placeholder="to another agent"
        className="w-44 min-w-0"
        value={slug}
        choices={choices}
        isDisabled={isDisabled}
        onChange={setSlug}
      />
      <Button size="sm" variant="outline" isDisabled={isDisabled || slug === ''} onPress={() => onChoose(slug)}>
        Hand over
      </Button>
    </span>
  );
}
