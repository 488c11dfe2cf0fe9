/** Rows with the text in one of these fields, for few of them: a plain look through one tenant's. None asked for: all. */
export function containsText(
  text: string | undefined,
  fields: string[],
): { $or?: Record<string, { $regex: string; $options: 'i' }>[] } {
  if (text === undefined) return {};
  const contains = { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), $options: 'i' as const };
  return { $or: fields.map(field => ({ [field]: contains })) };
}

/** Rows with the words, for collections that grow without end: by their text index. None asked for: all. */
export const hasWords = (text: string | undefined): { $text?: { $search: string } } =>
  text === undefined ? {} : { $text: { $search: text } };
