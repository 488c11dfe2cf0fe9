'use client';
import { Button } from '@heroui/react/button';
import type { Message } from '@/lib/domain/message/schema';
import { Lamp } from '@/app/_ui/lamp';

/** Above the composer while an agent waits for a person: what is written now is its answer. */
export function AnswerStrip({ question, onChoose }: { question: Message; onChoose: (option: string) => void }) {
  return (
    <div className="mb-2 flex flex-col gap-2">
      <p className="flex items-center gap-2 text-table">
        <Lamp lamp="waiting" />
        <span>
          <span className="font-medium">{question.from.id}</span> waits for an answer; what you write is it.
        </span>
      </p>
      {question.options && question.options.length > 0 ? (
        <div role="group" aria-label="Its choices" className="flex flex-wrap gap-1.5">
          {question.options.map(option => (
            <Button
              key={option}
              size="sm"
              variant="outline"
              className="h-auto min-h-8 max-w-full py-1 text-left whitespace-normal"
              onPress={() => onChoose(option)}
            >
              {option}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
