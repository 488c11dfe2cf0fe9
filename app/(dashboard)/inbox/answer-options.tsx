'use client';
import { Button } from '@heroui/react/button';
import { KeyMark } from './key-mark';

/** As many as the keyboard has digits; the others are pressed. */
const MAX_DIGIT = 9;

interface AnswerOptionsProps {
  options: readonly string[];
  /** Holds when nobody answers. */
  fallback: string | undefined;
  isDisabled: boolean;
  onChoose: (option: string) => void;
}

export function AnswerOptions({ options, fallback, isDisabled, onChoose }: AnswerOptionsProps) {
  return (
    <div role="group" aria-label="Its choices" className="mb-2 flex flex-wrap gap-1.5">
      {options.map((option, index) => (
        <Button
          key={option}
          size="sm"
          variant="outline"
          className="h-auto min-h-8 max-w-full justify-start gap-2 py-1 text-left whitespace-normal"
          isDisabled={isDisabled}
          {...(index < MAX_DIGIT ? { 'data-key': String(index + 1) } : {})}
          onPress={() => onChoose(option)}
        >
          {index < MAX_DIGIT ? <KeyMark>{index + 1}</KeyMark> : null}
          <span className="min-w-0">{option}</span>
          {option === fallback ? <span className="shrink-0 text-xs text-muted">default</span> : null}
        </Button>
      ))}
    </div>
  );
}
