// `node scripts/check/doc-refs.mjs`: every path and npm command that the documents name exists. A document that leads a
// newcomer to a file that was moved is worse than one that says nothing.
import { existsSync, readFileSync } from 'node:fs';

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'docs/decisions.md', 'docs/how-work-flows.md'];
/** A path of this repository: below one of its folders, or a file at its top (a bare `schema.ts` is a role, not a path). */
const OWN_PATH = /^(?:\.ci|app|lib|mcp-server|orchestrator-skill|scripts|tests|docs|public)\/[\w()[\]@.{},/-]*$/;
const ROOT_FILE = /^(?:[A-Z]+\.md|\.?[\w-]+(?:\.[\w-]+)*\.(?:json|yml|cjs)|[\w-]+\.config\.(?:ts|mjs))$/;
/** Written at run time, so not in a fresh clone. */
const MADE_LATER = /^(?:run\.json|mongod\.json|\.mcp\.json|settings\.json)$/;

const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
const faults = DOCUMENTS.filter(document => existsSync(document)).flatMap(document => {
  const text = readFileSync(document, 'utf8');
  const paths = citedPaths(text).filter(path => !existsSync(path));
  const commands = citedCommands(text).filter(command => !Object.hasOwn(scripts, command));
  return [
    ...paths.map(path => `${document}: no such path: ${path}`),
    ...commands.map(command => `${document}: no such command: npm run ${command}`),
  ];
});

for (const fault of faults) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

function citedPaths(text) {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(match => match[1]);
  const linked = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]);
  const cited = [...quoted, ...linked]
    .map(path => path.replace(/^\.\//, '').replace(/[#:].*$/, ''))
    .filter(path => (OWN_PATH.test(path) || ROOT_FILE.test(path)) && !MADE_LATER.test(path));
  return [...new Set(cited.flatMap(expandBraces))];
}

function citedCommands(text) {
  return [...new Set([...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(match => match[1]))];
}

/** `lib/{store,auth}/x.ts` names two. */
function expandBraces(path) {
  const match = /\{([^{}]*)\}/.exec(path);
  if (match === null) return [path];
  return match[1].split(',').flatMap(part => expandBraces(path.replace(match[0], part)));
}
