import { headingsOf, linksOf, type Link } from '../markdown';
import { answer, signed, type Skill, type Work } from '../work';

const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/i;

/** Follows every link of the README that can be followed without a network. */
export const qa: Skill = async work => {
  const { path, text } = work.repository.readme();
  await work.step(10, `reading ${path}`);
  const links = linksOf(text);
  const far = links.filter(({ target }) => ELSEWHERE.test(target));
  const near = links.filter(({ target }) => !ELSEWHERE.test(target));
  await work.step(40, `${links.length} links, ${near.length} of them inside this repository`);
  const broken = near.flatMap(link => faultOf(work, path, text, link) ?? []);
  await work.step(70, `${broken.length} lead nowhere; asking engineering about the commands`);
  await work.send('commands', {
    to: 'engineering',
    subject: 'Are the commands of the README there?',
    body: `I check the links of ${path}. Please check that every npm command it names is in package.json, and reply.`,
    priority: 'high',
    expectsReply: true,
  });
  const found = broken.length === 0 ? 'All lead somewhere.' : `${broken.length} lead nowhere:\n\n${broken.join('\n')}`;
  const rest = far.length > 0 ? ` ${far.length} lead to other sites and were not tried.` : '';
  const report = `${near.length} links of ${path} lead into this repository.${rest} ${found}`;
  // Ends its dispatch by itself, where the others leave it to their orchestrator.
  await work.tools.call('mark_done', { output: signed(report) });
  return { kind: 'over' };
};

function faultOf({ repository }: Work, from: string, text: string, { target, line }: Link): string | null {
  const [file = '', anchor] = target.split('#');
  const path = decodeURIComponent(file);
  if (path !== '' && !repository.has(path)) return `- ${from}:${line}: ${target}: no such file`;
  if (anchor === undefined || anchor === '') return null;
  const there = path === '' ? text : (repository.document(path)?.text ?? '');
  return headingsOf(there).some(heading => heading.anchor === anchor)
    ? null
    : `- ${from}:${line}: ${target}: no such heading`;
}

/** What somebody wrote back to a message that expected it: taken note of, and no reply to a reply. */
export const takeReply: Skill = async work => {
  await work.step(50, 'reading the reply');
  const [firstLine = ''] = (work.message?.body ?? '').split('\n');
  return answer(`Taken into account: ${firstLine}`);
};
