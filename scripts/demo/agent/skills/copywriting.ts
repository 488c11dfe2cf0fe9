import { introductionOf } from '../markdown';
import { myQuestions } from '../my-questions';
import { readabilityOf } from '../words';
import { answer, type Skill, type Work } from '../work';

const WANTS_A_CHOICE = /\bchoose\b/i;
const MAX_OPTIONS = 3;
const DAY_MS = 24 * 3_600_000;

/** Measures how a text reads; lets a person choose where the request says so, for taste is not counted. */
export const copywriting: Skill = async work => {
  const request = await work.request();
  return WANTS_A_CHOICE.test(request) ? openingLine(work) : howItReads(work, request);
};

const howItReads = async (work: Work, request: string) => {
  const given = /```[^\n]*\n([\s\S]+?)```/.exec(request)?.[1];
  await work.step(
    30,
    given === undefined ? 'reading the introduction of README.md' : 'reading the text in the request',
  );
  const text = given ?? introductionOf(work.repository.readme().text);
  const { words, sentences, wordsPerSentence, ease, longest } = readabilityOf(text);
  await work.step(80, `counted ${words} words in ${sentences} sentences`);
  return answer(
    [
      `${given === undefined ? 'The introduction of README.md' : 'The text'} has ${words} words in ${sentences} sentences: ${wordsPerSentence.toFixed(1)} words a sentence, reading ease ${ease.toFixed(0)} of 100 (Flesch; 60 is plain English).`,
      `The longest sentence, the first to cut: “${longest}”`,
    ].join('\n\n'),
  );
};

const openingLine = async (work: Work) => {
  const [asked] = await myQuestions(work);
  if (asked?.answer) {
    await work.step(60, 'measuring the chosen line');
    const { words, ease } = readabilityOf(asked.answer.body);
    return answer(
      `The note opens with: “${asked.answer.body}” It has ${words} words, reading ease ${ease.toFixed(0)} of 100.`,
    );
  }
  await work.step(40, 'looking for lines in the introduction of README.md');
  const lines = introductionOf(work.repository.readme().text).split('\n');
  const options = [...new Set(lines)].toSorted((a, b) => a.length - b.length).slice(0, MAX_OPTIONS);
  const question =
    'Which line opens the launch note? These are the shortest of the README; a line of your own is as good.';
  const isChoice = options.length > 1;
  return work.ask('opening-line', {
    question,
    ...(isChoice ? { options, default: options[0], deadline: new Date(Date.now() + DAY_MS).toISOString() } : {}),
  });
};
