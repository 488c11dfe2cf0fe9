import { redactSecrets } from '../redact';
import type { PatchProject } from './schema';

type Texts = Pick<PatchProject, 'name' | 'context' | 'labels'>;

/** Context goes into every prompt below the node; a token pasted into one must not. */
export function redactProject<T extends Texts>(input: T): T {
  const { name, context, labels } = input;
  return {
    ...input,
    ...(name === undefined ? {} : { name: redactSecrets(name) }),
    ...(context === undefined ? {} : { context: redactSecrets(context) }),
    ...(labels ? { labels: mapValues(labels, value => value && redactSecrets(value)) } : {}),
  };
}

const mapValues = <V>(record: Record<string, V>, change: (value: V) => V): Record<string, V> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
