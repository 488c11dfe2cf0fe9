// `npm run check`: everything that can be said about the sources without running them. Seconds, no database.
import './bootstrap/node-version.mjs';

const { spawn } = await import('node:child_process');
const { prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ROOT, inRoot } = await import('./bootstrap/root.mjs');

const tool = name => inRoot('node_modules', '.bin', name);
const script = name => inRoot('scripts', 'check', name);

/** The compiler comes first: it takes longest, and the rest runs beside it. */
const CHECKS = [
  // Next writes the types of routes and of style imports; without them the compiler cannot know either.
  {
    name: 'types',
    commands: [
      [tool('next'), 'typegen'],
      [tool('tsc'), '--noEmit', '--pretty', 'false'],
    ],
  },
  { name: 'layers', commands: [[process.execPath, script('layers.mjs')]] },
  { name: 'lint', commands: [[tool('oxlint'), '--quiet']] },
  { name: 'format', commands: [[tool('oxfmt'), '--check', '.']] },
  { name: 'dead code', commands: [[tool('knip'), '--no-progress']] },
  { name: 'skill scripts', commands: [[process.execPath, inRoot('scripts', 'build-skill.mjs'), '--check']] },
  { name: 'document references', commands: [[process.execPath, script('doc-refs.mjs')]] },
];
const NAME_WIDTH = Math.max(...CHECKS.map(({ name }) => name.length));

await prepareThen(
  signal => ensureDependencies(signal),
  async () => {
    const startedAt = Date.now();
    const results = await Promise.all(CHECKS.map(runCheck));
    const failed = results.filter(passed => !passed).length;
    console.log(
      `${failed === 0 ? 'all checks pass' : `${failed} of ${CHECKS.length} checks fail`}, ${seconds(startedAt)}`,
    );
    process.exitCode = failed === 0 ? 0 : 1;
  },
);

async function runCheck({ name, commands }) {
  const startedAt = Date.now();
  let output = '';
  let passed = true;
  for (const [command, ...args] of commands) {
    const result = await run(command, args);
    output = result.output;
    passed = result.code === 0;
    if (!passed) break;
  }
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name.padEnd(NAME_WIDTH)} ${seconds(startedAt)}`);
  if (!passed) console.log(output.trimEnd().replace(/^/gm, '     '));
  return passed;
}

function run(command, args) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text));
  return new Promise(resolve => {
    child.once('error', error => resolve({ code: 1, output: error.message }));
    child.once('close', code => resolve({ code, output }));
  });
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
