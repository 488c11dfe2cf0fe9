import type { Message } from '@/lib/domain/message/schema';
import { proseLines, plainText } from '../markdown';
import { termsOf } from '../words';
import { answer, type Skill, type Work } from '../work';

const MAX_QUOTES = 6;
const MAX_QUOTE_CHARACTERS = 240;
const MAX_FOUND = 50;

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
  const said = await saidBefore(work, terms[0]!);
  const what = terms.map(term => `"${term}"`).join(' or ');
  const where = documents.map(({ path }) => path).join(', ');
  if (quotes.length === 0) return answer(`No line of ${where} holds ${what}. ${said}`);
  const rest = quotes.length > MAX_QUOTES ? `\n\nand ${quotes.length - MAX_QUOTES} more` : '';
  return answer(
    `${quotes.length} lines of ${where} hold ${what}:\n\n${quotes.slice(0, MAX_QUOTES).join('\n')}${rest}\n\n${said}`,
  );
};

/** What was found once need not be found twice: so the messages are searched too. */
async function saidBefore({ tools, dispatch }: Work, term: string): Promise<string> {
  const q = `"${term.replaceAll('"', '')}"`;
  const { items } = await tools.call<{ items: Message[] }>('search_messages', { q, limit: MAX_FOUND });
  const elsewhere = new Set(items.map(({ threadId }) => threadId).filter(id => id !== dispatch.thread?.id));
  return elsewhere.size === 0
    ? 'No other thread spoke of it.'
    : `Other threads that spoke of it lately: ${elsewhere.size}.`;
}

const clip = (text: string): string =>
  text.length <= MAX_QUOTE_CHARACTERS ? text : `${text.slice(0, MAX_QUOTE_CHARACTERS)}…`;
