import { Lexer, parseAllDocuments, stringify } from 'yaml';
import { ControlPlaneError } from '../../domain/errors';

/** Six times what 200 full types need. Past it the parser's own work grows faster than the text. */
const MAX_TOKENS = 60_000;
const MAX_DEPTH = 16;
const NO_ALIASES = 0;

/** One YAML document as plain data. Core schema: no tags that make anything but data. */
export function parseYaml(text: string): unknown {
  refuseTraps(text);
  const documents = parseAllDocuments(text, { schema: 'core', prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents) || documents.length !== 1) {
    throw malformed(`The body holds ${Array.isArray(documents) ? documents.length : 0} YAML documents; wants one.`);
  }
  const [document] = documents;
  const fault = document!.errors[0] ?? document!.warnings[0];
  // Its message may quote the text around the fault, which may be anything; the place is enough.
  if (fault) throw malformed(`The body is not YAML (${fault.code} at character ${fault.pos[0]}).`);
  try {
    return document!.toJS({ maxAliasCount: NO_ALIASES }) as unknown;
  } catch (error) {
    if (error instanceof ReferenceError) throw malformed('The body uses YAML aliases; write each value out.');
    throw error;
  }
}

/**
 * One megabyte of `? ? ? …` held the parser for nine minutes, of `[[[…` for four seconds. The lexer is linear, so it
 * reads ahead and turns away what no settings look like.
 */
function refuseTraps(text: string): void {
  let [tokens, open, dashes] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') open += 1;
    else if (token === ']' || token === '}') open -= 1;
    if (token === '-') dashes += 1;
    else if (token.trim() !== '') dashes = 0;
    if (token === '?') throw malformed('The body uses YAML’s `? ` keys; write `key: value`.');
    if (open > MAX_DEPTH || dashes > MAX_DEPTH) throw malformed(`The body is nested more than ${MAX_DEPTH} deep.`);
    if (tokens > MAX_TOKENS) throw malformed(`The body has more than ${MAX_TOKENS.toLocaleString('en')} YAML tokens.`);
  }
}

/** Prompts as blocks of lines, so that a diff of two exports reads like one of two texts. */
export const writeYaml = (value: unknown): string =>
  stringify(value, { schema: 'core', lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' });

const malformed = (message: string): ControlPlaneError => new ControlPlaneError('malformed-request', message);
