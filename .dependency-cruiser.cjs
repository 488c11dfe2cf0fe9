// Allowed arrows, lowest layer first. A layer may import itself and what is listed; anything else in the repo fails, and
// so does a file that belongs to no layer. `scripts/check/layers.mjs` runs this.
const PURE = ['lib/wire', 'lib/domain', 'lib/kernel'];
const MAY_IMPORT = {
  'lib/kernel': [],
  'lib/domain': ['lib/kernel'],
  'lib/wire': ['lib/domain', 'lib/kernel'],
  'lib/sdk': PURE,
  'lib/telemetry': ['lib/kernel'],
  'lib/auth': ['lib/domain', 'lib/kernel'],
  'lib/stream': [...PURE, 'lib/telemetry'],
  'lib/store': ['lib/domain', 'lib/kernel', 'lib/telemetry'],
  'lib/services': ['lib/store', 'lib/auth', 'lib/domain', 'lib/kernel', 'lib/telemetry'],
  'lib/jobs': ['lib/services', 'lib/domain', 'lib/kernel', 'lib/telemetry'],
  'lib/server': ['lib/'],
  'lib/http': ['lib/server', 'lib/services', 'lib/stream', 'lib/auth', ...PURE, 'lib/telemetry'],
  'app/api': ['lib/http', 'lib/services', 'lib/server', 'lib/wire', 'lib/domain'],
  'app/_ui': ['lib/kernel'],
  'app/_live': ['lib/sdk', ...PURE],
  'app/\\(dashboard\\)': ['app/_ui', 'app/_live', ...PURE],
  'app/login': ['app/_ui', 'app/_live', ...PURE],
  'mcp-server': ['lib/server', 'lib/services', 'lib/auth', 'lib/telemetry', ...PURE],
  'orchestrator-skill': [],
};
const own = '^(app|lib|mcp-server|orchestrator-skill|scripts|tests)/';
const folder = name => (name.endsWith('/') ? name : `${name}/`);
const anyOf = names => `^(${names.map(folder).join('|')})`;
const layers = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `layer: ${layer.replace(/\\/g, '')}`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: { path: own, pathNot: anyOf([layer, ...allowed]) },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      // The files that Next wants at the top of app/ (layout, not-found) only put the page together.
      name: 'layer: app root',
      severity: 'error',
      from: { path: '^app/[^/]+$' },
      to: { path: own, pathNot: '^app/(_ui/|_live/|[^/]+$)' },
    },
    {
      name: 'every-file-has-a-layer',
      severity: 'error',
      from: { path: '^(app|lib|mcp-server)/', pathNot: [anyOf(Object.keys(MAY_IMPORT)), '^app/[^/]+$'] },
      to: {},
    },
    {
      name: 'scripts-use-lib-only',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: own, pathNot: '^(scripts|lib)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'mongodb-only-in-store',
      severity: 'error',
      from: { path: own, pathNot: '^(lib/store|tests|scripts)/' },
      to: { path: 'node_modules/mongodb/' },
    },
    {
      name: 'pure-layers-stay-browser-safe',
      severity: 'error',
      from: { path: '^lib/(kernel|domain|wire|sdk)/' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^tests/' }, to: { path: '^tests/' } },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
