import { myQuestions } from '../my-questions';
import { termsOf } from '../words';
import { answer, type Skill } from '../work';

/** Asks the team one after the other, and sums up what came back. */
export const marketingTeamLead: Skill = async work => {
  const [searched = 'agents', phrase = searched] = termsOf(await work.request());
  const plan = [
    { to: 'research', question: `What do our documents say about "${searched}"? Quote the lines.` },
    { to: 'copywriting', question: 'How does the introduction of the README read?' },
    { to: 'seo', question: `Does the README say "${phrase}" where a reader looks for it?` },
  ];
  const asked = await myQuestions(work);
  const answers = asked.flatMap(({ answer: reply }) => reply ?? []);
  const next = plan[answers.length];
  await work.step(
    Math.round((100 * answers.length) / plan.length),
    `${answers.length} of ${plan.length} answers are in`,
  );
  if (next !== undefined) return work.ask(next.to, next);
  const { items } = await work.tools.call<{ items: { slug: string; name: string }[] }>('list_agent_types');
  const names = new Map(items.map(({ slug, name }) => [slug, name]));
  const threadId = work.dispatch.thread!.id;
  await work.send('numbers', {
    to: 'project-management',
    threadId,
    body: 'Sum up this thread in numbers, for the file.',
  });
  const lines = answers.map(({ from, body }) => `- ${names.get(from.id) ?? from.id}: ${firstLine(body)}`);
  return answer(`What the team found, in short; the whole of it stands above.\n\n${lines.join('\n')}`);
};

const firstLine = (text: string): string => text.split('\n')[0]!.replace(/:$/, '');
