import { headingsOf, introductionOf, plainText } from '../markdown';
import { commonWords, termsOf } from '../words';
import { answer, type Outcome, type Skill, type Work } from '../work';

const FAILS_FIRST = /\bfail your first attempt\b/i;
/** Well formed, and of no thread. */
const NO_THREAD = 'f'.repeat(24);
const WORDS_SHOWN = 10;

/** Counts words, and looks whether a phrase stands where readers look. */
export const seo: Skill = async work => {
  const request = await work.request();
  if (FAILS_FIRST.test(request) && work.dispatch.attempt === 1) return failOnPurpose(work);
  const [phrase] = /["“]/.test(request) ? termsOf(request) : [];
  return phrase === undefined ? mostUsed(work) : placesOf(work, phrase);
};

/** By a call that must be refused, so that the page shows a failed tool call too. */
async function failOnPurpose(work: Work): Promise<Outcome> {
  await work.step(20, 'failing on purpose: reading a thread that does not exist');
  await work.tools.call('read_thread', { threadId: NO_THREAD });
  return { kind: 'fail', why: 'a thread that cannot exist was there', retryable: false };
}

async function mostUsed(work: Work): Promise<Outcome> {
  const { path, text } = work.repository.readme();
  await work.step(40, `counting the words of ${path}`);
  const rows = commonWords(plainText(text), WORDS_SHOWN).map(({ word, times }) => `| ${word} | ${times} |`);
  await work.step(90, `${rows.length} words to show`);
  const tried = work.dispatch.attempt > 1 ? ` This was attempt ${work.dispatch.attempt}.` : '';
  return answer(
    `The words ${path} uses most, small ones left out.${tried}\n\n| word | times |\n|---|---|\n${rows.join('\n')}`,
  );
}

async function placesOf(work: Work, phrase: string): Promise<Outcome> {
  const { path, text } = work.repository.readme();
  await work.step(50, `looking for "${phrase}" in title, introduction and headings of ${path}`);
  const headings = headingsOf(text);
  const holds = (content: string) => content.toLowerCase().includes(phrase.toLowerCase());
  const places = [
    ['title', headings.some(({ level, text: title }) => level === 1 && holds(title))],
    ['first line', holds(introductionOf(text).split('\n')[0] ?? '')],
    ['introduction', holds(introductionOf(text))],
    ['a heading below the title', headings.some(({ level, text: title }) => level > 1 && holds(title))],
  ] as const;
  const rows = places.map(([place, found]) => `- ${place}: ${found ? 'yes' : 'no'}`);
  const found = places.filter(([, isThere]) => isThere).length;
  return answer(
    `${path} says "${phrase}" in ${found} of the ${places.length} places where a reader looks:\n\n${rows.join('\n')}`,
  );
}
