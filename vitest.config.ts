import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The suffix of a file picks its runner: `.test.ts` needs nothing, `.mongo.test.ts` a real replica set (one for the
 * run, a database a file), `.e2e.test.ts` real processes and a browser. Where nothing is timed these run beside the
 * others, for they wait for processes most of their time; the rest after everything else, one at a time.
 * All share their modules from file to file (`isolate`): loading them anew for each was a fifth of the time. So a module
 * that tests share registers no hook of its own; a file says `afterEach(stopHubs)`.
 * `pages` is what takes minutes of a browser, and a command of its own: `npm run test:pages`.
 */
const alias = { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') };
const MONGO = 'tests/**/*.mongo.test.ts';
const E2E = 'tests/**/*.e2e.test.ts';
const PAGES = [
  'tests/e2e/jobs/*.e2e.test.ts',
  'tests/e2e/{barriers,busy-pages,dispatches-page,figures,inbox,live,phone,runs-page,runs-page-limits,truth}.e2e.test.ts',
];
/** They wait for a database or processes as long as they compute: on two cores three took a quarter less than two. */
const WAITING_WORKERS = Math.max(3, availableParallelism() - 1);
/** What they wait for may take ten times as long as it usually does. */
const UNTIMED = 'tests/e2e/{contracts,demo,every-page,mcp-process,mcp-web,orchestrator,run,skill}.e2e.test.ts';
const END_TO_END = {
  isolate: false,
  globalSetup: ['tests/support/global-setup.ts', 'tests/support/global-setup-e2e.ts'],
  setupFiles: ['tests/support/mongo-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/**
 * The longest of them, the very longest first. Left to itself vitest begins with what has the most lines, and the last
 * minute went to one short file that takes long. Each project in one piece, for a worker whose next file is another
 * project's is ended, and with it the modules that it had loaded.
 */
const LONG = ['demo', 'run', 'skill', 'every-page', 'orchestrator'].map(name => `/tests/e2e/${name}.e2e.`);
const PROJECTS = ['processes', 'mongo', 'unit'];
const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
const projectOf = ({ project }: TestSpecification): number => PROJECTS.indexOf(project.name);
const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex(part => moduleId.includes(part));
  return place === -1 ? LONG.length : place;
};
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || projectOf(a) - projectOf(b) || placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    // Much of a test is waiting for a database; left to itself, a machine of two cores would run one file at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          isolate: false,
          maxWorkers: WAITING_WORKERS,
          include: ['tests/**/*.test.ts'],
          exclude: [MONGO, E2E],
          testTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'mongo',
          isolate: false,
          maxWorkers: WAITING_WORKERS,
          include: [MONGO],
          globalSetup: ['tests/support/global-setup.ts'],
          setupFiles: ['tests/support/mongo-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          ...END_TO_END,
          name: 'processes',
          maxWorkers: WAITING_WORKERS,
          include: [UNTIMED],
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          ...END_TO_END,
          name: 'e2e',
          include: [E2E],
          exclude: [...PAGES, UNTIMED],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          ...END_TO_END,
          name: 'pages',
          include: PAGES,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
