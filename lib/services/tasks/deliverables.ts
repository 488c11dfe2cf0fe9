import { invalidField } from '../../domain/errors';
import { redactSecrets } from '../../domain/redact';

/** Declared or handed in: a name, and texts about it. */
type Named = { name: string; [field: string]: string | undefined };

/** As they are stored, names too: what is declared and what is handed in are compared in this form. */
export const redactDeliverables = <Item extends Named>(items: readonly Item[]): Item[] =>
  items.map(item => {
    const texts = Object.entries(item).map(([field, text]) => [field, text && redactSecrets(text)]);
    return Object.fromEntries(texts) as Item;
  });

export function requireDistinctNames(items: readonly Named[]): void {
  const names = items.map(({ name }) => name);
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (twice >= 0) throw invalidField(`deliverables.${twice}.name`, `got '${names[twice]}' twice, wants each name once`);
}
