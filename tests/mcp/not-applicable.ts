/**
 * Scenarios of the published suite that a product's server cannot pass, with why. `docs/mcp.md` tells the same; whoever
 * changes one changes both, for a test compares them.
 */
const FIXTURE = 'calls a fixture of that name (`test_…`) that only the suite’s own server has';
const NO_RESOURCES = 'the server has tools only, no resources';
const NO_PROMPTS = 'the server has tools only, no prompts';
const NO_INPUT = 'the server asks its clients for no input: a question to a person is `ask`, which outlives the call';
const NO_TASKS = 'an optional extension that the server does not offer: long work is a dispatch, not a call';
const NO_LOGGING = 'the server sends no log messages to clients';

const each = (why: string, ...names: string[]): [string, string][] => names.map(name => [name, why]);

export const NOT_APPLICABLE: Readonly<Record<string, string>> = Object.fromEntries([
  ...each(NO_LOGGING, 'logging-set-level'),
  ...each('the server completes no arguments', 'completion-complete'),
  ...each(
    FIXTURE,
    'tools-call-simple-text',
    'tools-call-image',
    'tools-call-audio',
    'tools-call-embedded-resource',
    'tools-call-mixed-content',
    'tools-call-with-logging',
    'tools-call-error',
    'tools-call-with-progress',
    'tools-call-sampling',
    'tools-call-elicitation',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
    'json-schema-2020-12',
    'http-custom-header-server-validation',
    'server-stateless',
  ),
  ...each(
    NO_RESOURCES,
    'resources-list',
    'resources-read-text',
    'resources-read-binary',
    'resources-templates-read',
    'resources-subscribe',
    'resources-unsubscribe',
    'caching',
  ),
  ...each(
    NO_PROMPTS,
    'prompts-list',
    'prompts-get-simple',
    'prompts-get-with-args',
    'prompts-get-embedded-resource',
    'prompts-get-with-image',
  ),
  ...each(
    NO_INPUT,
    'input-required-result-basic-elicitation',
    'input-required-result-basic-sampling',
    'input-required-result-basic-list-roots',
    'input-required-result-request-state',
    'input-required-result-multiple-input-requests',
    'input-required-result-multi-round',
    'input-required-result-non-tool-request',
    'input-required-result-result-type',
    'input-required-result-tampered-state',
    'input-required-result-capability-check',
  ),
  ...each(
    NO_TASKS,
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
  ),
]);

/** Of these most checks pass, and only those that need a fixture or a list that is not there do not. */
export const MOSTLY: Readonly<Record<string, number>> = { 'server-stateless': 24, caching: 4 };
