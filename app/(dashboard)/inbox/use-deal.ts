import { toast } from '@heroui/react/toast';
import { useAction } from '@/app/_live/use-action';

interface Deal {
  /** What is said once the server agreed. */
  said: string;
  run: () => Promise<unknown>;
}

/** One act on an item; when the server agrees the item is dealt with. A second press while one is under way is none. */
export function useDeal({ isGone, onDealt }: { isGone: boolean; onDealt: () => void }) {
  const action = useAction<Deal, unknown>({
    run: deal => deal.run(),
    onDone: (_, { said }) => {
      toast.success(said);
      onDealt();
    },
    onRefused: detail => void toast.danger('Not done', { description: detail }),
  });
  const { isPending, mutate } = action;
  return {
    isPending,
    deal: (said: string, run: Deal['run']) => {
      if (!isPending && !isGone) mutate({ said, run });
    },
  };
}
