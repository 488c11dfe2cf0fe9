import { answer, type Skill } from '../work';

const COMMAND = /\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test))\b/g;

/** Whether the commands that the documents name exist. */
export const engineering: Skill = async work => {
  const { repository } = work;
  await work.step(20, 'reading package.json');
  const manifest = JSON.parse(repository.document('package.json')?.text ?? '{}') as {
    scripts?: Record<string, string>;
  };
  const scripts = manifest.scripts ?? {};
  const named = new Map<string, string>();
  for (const { path, text } of repository.documents()) {
    await work.step(40, `looking for commands in ${path}`);
    for (const match of text.matchAll(COMMAND)) named.set(match[1] ?? match[2]!, path);
  }
  const missing = [...named].filter(([name]) => !Object.hasOwn(scripts, name));
  const unnamed = Object.keys(scripts).filter(name => !named.has(name));
  await work.step(90, `${named.size} commands named, ${missing.length} not there`);
  return answer(
    [
      `${named.size} npm commands are named in the documents, ${named.size - missing.length} are in package.json.`,
      ...missing.map(([name, path]) => `- ${path} names \`${name}\`, which is not there`),
      unnamed.length > 0
        ? `Not named anywhere: ${unnamed.map(name => `\`${name}\``).join(', ')}.`
        : 'None is left unnamed.',
    ].join('\n\n'),
  );
};
