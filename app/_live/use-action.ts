import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { troubleOf } from './api';

interface ActionOptions<Input, Result, Shown> {
  run: (input: Input) => Promise<Result>;
  /** What the page shows at once, before the server agrees. */
  optimistic?: { key: QueryKey; apply: (shown: Shown, input: Input) => Shown };
  /** Read again once it is done, for what no event tells. */
  refreshes?: readonly QueryKey[];
  onDone?: (result: Result, input: Input) => void;
  onRefused: (detail: string, error: unknown) => void;
}

/** One write. What it showed ahead is rolled back with the server's reason when it is refused. */
export function useAction<Input, Result, Shown = unknown>(options: ActionOptions<Input, Result, Shown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: options.run,
    onMutate: async (input: Input) => {
      const { optimistic } = options;
      if (optimistic === undefined) return undefined;
      await client.cancelQueries({ queryKey: optimistic.key });
      const before = client.getQueryData<Shown>(optimistic.key);
      if (before !== undefined) client.setQueryData(optimistic.key, optimistic.apply(before, input));
      return { before };
    },
    onError: (error, _input, context) => {
      if (options.optimistic !== undefined && context?.before !== undefined) {
        client.setQueryData(options.optimistic.key, context.before);
      }
      const { detail, requestId } = troubleOf(error);
      options.onRefused(requestId === undefined ? detail : `${detail} (request ${requestId})`, error);
    },
    onSuccess: (result, input) => {
      for (const queryKey of options.refreshes ?? []) void client.invalidateQueries({ queryKey });
      options.onDone?.(result, input);
    },
  });
}
