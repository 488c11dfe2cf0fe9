import { parseAllDocuments, stringify } from 'yaml';
import { ControlPlaneError } from '../../domain/errors';

/** Deeper or more repeated than any settings are; a document of nested aliases must not unfold. */
const NO_ALIASES = 0;

/** One YAML document as plain data. Core schema: no tags that make anything but data. */
export function parseYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { schema: 'core', uniqueKeys: true, prettyErrors: false, logLevel: 'error' });
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

/** Prompts as blocks of lines, so that a diff of two exports reads like one of two texts. */
export const writeYaml = (value: unknown): string =>
  stringify(value, { schema: 'core', lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal' });

const malformed = (message: string): ControlPlaneError => new ControlPlaneError('malformed-request', message);
