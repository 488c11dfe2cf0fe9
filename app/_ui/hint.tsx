'use client';
import { Tooltip } from '@heroui/react/tooltip';

/** A few words on hover and focus, for a control whose icon alone would have to be guessed. */
export function Hint({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Tooltip>
      {children}
      <Tooltip.Content>{text}</Tooltip.Content>
    </Tooltip>
  );
}
