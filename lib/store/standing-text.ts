import { isAtRest, MESSAGE_STATUSES } from '../domain/message/schema';
import { isTaskOver, TASK_STATUSES } from '../domain/task/schema';
import { hasWords, partsOf } from './text-filter';

/**
 * Text of work. Each update of a record makes the server read its indexed text twice over, and work is updated at every
 * step: of a body of 4 KB that was four fifths of what a claim cost it. So the index holds what is at rest; what still
 * moves is looked through, and that is never more than the work there is.
 */
interface WorkText {
  fields: readonly string[];
  /** In the index. */
  standing: readonly string[];
}

export const MESSAGE_TEXT: WorkText = {
  fields: ['body'],
  standing: MESSAGE_STATUSES.filter(isAtRest),
};
export const TASK_TEXT: WorkText = {
  fields: ['title', 'input'],
  standing: TASK_STATUSES.filter(isTaskOver),
};

type Condition = Record<string, unknown>;

/** As `hasWords`, of one tenant's work. Each branch names an index: the server takes text beside others only then. */
export function hasWordsOf(
  { fields, standing }: WorkText,
  tenantId: string,
  text: string | undefined,
): { $or?: Condition[] } {
  if (text === undefined) return {};
  const parts = partsOf(text).map(part => ({ ...part, anywhere: anywhere(fields, part.words) }));
  const found = { tenantId, status: { $in: standing }, ...hasWords(text) };
  // What is only to be left out finds nothing, here as there.
  if (parts.every(({ isLeftOut }) => isLeftOut)) return { $or: [found] };
  const conditions = parts.map(({ isLeftOut, anywhere: $or }) => (isLeftOut ? { $nor: $or } : { $or }));
  return { $or: [found, { tenantId, status: { $nin: standing }, $and: conditions }] };
}

const anywhere = (fields: readonly string[], words: string): Condition[] => {
  const matches = { $regex: patternOf(words), $options: 'i' };
  return fields.map(field => ({ [field]: matches }));
};

const LETTER = String.raw`[\p{L}\p{N}_]`;
const withoutMarks = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '');

/** One word as a whole, several as they stand: as the server compares them, without regard to case and accents. */
function patternOf(words: string): string {
  const plain = withoutMarks(words).toLowerCase();
  const letters = Array.from(plain, letter => variantsOf(letter)).join('');
  return /^[\p{L}\p{N}_]+$/u.test(plain) ? `(?<!${LETTER})${letters}(?!${LETTER})` : letters;
}

function variantsOf(letter: string): string {
  // No pattern may hold it as it is.
  if (letter === '\0') return String.raw`\x00`;
  const accented = ACCENTED.get(letter);
  if (accented !== undefined) return String.raw`[${letter}${accented}]\p{M}*`;
  return /\p{L}/u.test(letter) ? String.raw`${letter}\p{M}*` : letter.replace(/[.*+?^${}()|[\]\\/-]/, String.raw`\$&`);
}

/** Latin, Greek and Cyrillic letters that are another one with marks on it, by that one. */
const ACCENTED: ReadonlyMap<string, string> = (() => {
  const found = new Map<string, string>();
  const ranges = [
    [0xc0, 0x24f],
    [0x370, 0x52f],
    [0x1e00, 0x1fff],
  ] as const;
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code += 1) {
      const letter = String.fromCodePoint(code).toLowerCase();
      const plain = withoutMarks(letter);
      if (plain.length === 1 && plain !== letter) found.set(plain, (found.get(plain) ?? '') + letter);
    }
  }
  return found;
})();
