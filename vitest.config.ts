import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * The suffix of a file picks its runner: `.test.ts` needs nothing, `.mongo.test.ts` a real replica set (one for the
 * run, a database a file), `.e2e.test.ts` real processes and a browser, after everything else: those of pages beside
 * each other, for they mostly wait for a server; those that kill, time and count processes one file at a time.
 */
const alias = { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') };
const MONGO = 'tests/**/*.mongo.test.ts';
const E2E = 'tests/**/*.e2e.test.ts';
const PAGES = [
  'tests/e2e/jobs/*.e2e.test.ts',
  'tests/e2e/{contracts,demo,figures,inbox,mcp-web,pages,runs-page,runs-page-limits}.e2e.test.ts',
];
const PROCESSES = {
  globalSetup: ['tests/support/global-setup.ts', 'tests/support/global-setup-e2e.ts'],
  setupFiles: ['tests/support/mongo-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // Much of a test is waiting for a database; left to itself, a machine of two cores would run one file at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
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
        test: { ...PROCESSES, name: 'pages', include: PAGES, sequence: { groupOrder: 1 } },
      },
      {
        resolve: { alias },
        test: {
          ...PROCESSES,
          name: 'e2e',
          include: [E2E],
          exclude: PAGES,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
