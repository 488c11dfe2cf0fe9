import { proseLines, plainText } from '../markdown';
import { termsOf } from '../words';
import { answer, type Skill } from '../work';

const MAX_QUOTES = 6;
const MAX_QUOTE_CHARACTERS = 240;

/** Finds the lines of the documents that hold the words asked for. */
export const research: Skill = async work => {
  const terms = termsOf(await work.request());
  if (terms.length === 0)
    return answer('There is no word in the request to search for. Put what you look for into quotes.');
  const quotes: string[] = [];
  const documents = work.repository.documents();
  for (const [index, { path, text }] of documents.entries()) {
    await work.step(
      Math.round((100 * index) / documents.length),
      `reading ${path}, ${quotes.length} lines found so far`,
    );
    for (const { line, text: content } of proseLines(text)) {
      const isHit = terms.some(term => content.toLowerCase().includes(term.toLowerCase()));
      if (isHit) quotes.push(`- ${path}:${line}: ${clip(plainText(content))}`);
    }
  }
  const what = terms.map(term => `"${term}"`).join(' or ');
  const where = documents.map(({ path }) => path).join(', ');
  if (quotes.length === 0) return answer(`No line of ${where} holds ${what}.`);
  const rest = quotes.length > MAX_QUOTES ? `\n\nand ${quotes.length - MAX_QUOTES} more` : '';
  return answer(`${quotes.length} lines of ${where} hold ${what}:\n\n${quotes.slice(0, MAX_QUOTES).join('\n')}${rest}`);
};

const clip = (text: string): string =>
  text.length <= MAX_QUOTE_CHARACTERS ? text : `${text.slice(0, MAX_QUOTE_CHARACTERS)}…`;
